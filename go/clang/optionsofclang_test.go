//go:build linux

package clang

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// The options in -f have the forms that clang gives them.
func TestFormsAreThoseOfClang(t *testing.T) {
	quick.Skip(t, "runs clang")
	// Rows for GCC, for other versions of clang, and for the compiler proper.
	others := strings.Fields(`-fabi-version= -fbasic-block-sections-profile= -fdiagnostics-show-category -felide-type
		-finstrument-functions-exclude-function-list= -fknr-functions -flto-unit -frelaxed-template-template-args`)
	given := others // which clang must call unknown: so it is sure that it names all
	for o := range Options() {
		if !strings.HasPrefix(o.Name, "-f") || strings.HasSuffix(o.Name, "*") {
			continue
		}
		if o.Given&Alone != 0 {
			given = append(given, o.Name)
		}
		if o.Given&Equals != 0 {
			given = append(given, o.Name+"=")
		}
		if o.Given&(Alone|No) == OnOff {
			given = append(given, "-fno-"+strings.TrimPrefix(o.Name, "-f"))
		}
	}
	run := exec.Command(clang, append([]string{"-###", "-c", "-x", "c", "/dev/null"}, given...)...)
	printed, _ := run.CombinedOutput() // it fails, because most values are missing
	var unknown []string
	for _, m := range regexp.MustCompile(`unknown argument:? '(-f[^']*)'`).FindAllSubmatch(printed, -1) {
		unknown = append(unknown, string(m[1]))
	}
	slices.Sort(unknown)
	if got := slices.Compact(unknown); !slices.Equal(got, others) {
		t.Errorf("clang doesn't know %q, want %q", got, others)
	}
}
