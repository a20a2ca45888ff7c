//go:build unix

package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/config"
	"thinrex/go/option"
)

func TestNearest(t *testing.T) {
	names := []string{"cc", "flags", "jobs", "prune", "verbose", "disk_cache", "remote_cache"}
	for word, want := range map[string]string{
		"prun": "prune", "flgs": "flags", "jbos": "jobs", "disc_cache": "disk_cache", "diskcache": "disk_cache",
		"remote_cahce": "remote_cache", "verbsoe": "verbose", "c": "cc",
		"stats": "", "cache": "", "x": "", "": "", "make": "", strings.Repeat("x", 1<<20): "",
	} {
		if got := config.Nearest(word, names); got != want {
			t.Errorf("%.20s: %q, want %q", word, got, want)
		}
	}
	if got := config.Nearest("prune", nil); got != "" {
		t.Errorf("of no names: %q", got)
	}
}

// A variable with a typo is named, with the one that was meant. Variables of options, by
// each of their names, those of this repository's scripts and those of other programs are
// not.
func TestUnknownVariables(t *testing.T) {
	_, flags, _ := define()
	var known []string
	for _, row := range new(settings.Settings).Rows() {
		for _, name := range row.Names() {
			known = append(known, option.Variable(name)+"=x")
		}
	}
	known = append(known, "PATH=/bin", "THINREX=x", "MY_THINREX_X=1", "THINREX_BAZEL_MIRROR=x", "EMPTY=", "")
	if got := flags.UnknownVariables(known); got != nil {
		t.Errorf("%q", got)
	}
	got := flags.UnknownVariables([]string{
		"THINREX_TEST_MODE=hunter2", "THINREX_DISK_CAHCE=x", "THINREX_Jobs=3", "THINREX_=", "THINREX_NOVERBOSE",
	})
	want := []string{
		"the variable THINREX_ sets no option (thinrex --help lists them)",
		"the variable THINREX_DISK_CAHCE sets no option; did you mean THINREX_DISK_CACHE? (thinrex --help lists them)",
		"the variable THINREX_Jobs sets no option; did you mean THINREX_JOBS? (thinrex --help lists them)",
		"the variable THINREX_NOVERBOSE sets no option; did you mean THINREX_VERBOSE? (thinrex --help lists them)",
		"the variable THINREX_TEST_MODE sets no option (thinrex --help lists them)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What the scripts and tests of this repository set gives no warning.
func TestScriptsVariablesAreKnown(t *testing.T) {
	_, flags, _ := define()
	var used []string
	for _, pattern := range []string{"scripts/*.sh", "scripts/lib/*.sh", "e2e/*.go", "e2e/*/*.go", "Makefile", ".ci/run"} {
		paths, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			used = append(used, regexp.MustCompile(`\bTHINREX_[A-Z0-9]+(_[A-Z0-9]+)*`).FindAllString(string(text), -1)...)
		}
	}
	slices.Sort(used)
	if unknown := flags.UnknownVariables(slices.Compact(used)); len(unknown) > 0 || len(used) < 10 {
		t.Errorf("of %d: %q", len(used), unknown)
	}
}
