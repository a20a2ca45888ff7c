//go:build linux

package clang

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// The variables that decide which program compiles are found, whatever they are.
func TestNeeded(t *testing.T) {
	realPath := regularFile(clang)
	dir := t.TempDir()
	copyClang(t, filepath.Join(dir, "other"), "other") // mycc
	other := filepath.Join(dir, "other", "bin")
	if err := os.Symlink(filepath.Join(other, "mycc"), filepath.Join(other, "clang-22")); err != nil {
		t.Fatal(err)
	}
	script := func(name, text string) string {
		return write(t, filepath.Join(dir, name), "#!/bin/sh\n"+text+"\n", 0o755)
	}
	fixed := []string{"PATH=/usr/local/bin:/usr/bin:/bin"}
	all := []string{
		"PATH=" + other + ":/usr/bin:/bin",
		"CLANG=" + realPath,
		"ROOT=" + dir,
		"SUB=other",
		"HOME=/",
		"TERM=dumb",
		"Z=1",
	}
	for _, tc := range []struct{ name, compiler, want string }{
		{"itself", clang, ""},
		{"a script with a path", script("path", "exec "+realPath+` "$@"`), ""},
		{"a script that finds it by PATH", script("byname", `exec mycc "$@"`), "PATH"},
		{"a script that finds another by PATH", script("another", `exec clang-22 "$@"`), "PATH"},
		{"a variable", script("variable", `exec "$CLANG" "$@"`), "CLANG"},
		{
			"a variable with a default",
			script("default", `exec "${CLANG:-`+filepath.Join(other, "mycc")+`}" "$@"`),
			"CLANG",
		},
		{"two variables", script("two", `exec "$ROOT/$SUB/bin/mycc" "$@"`), "ROOT SUB"},
		{"a program that isn't there", script("none", `exec nosuchprogram "$@"`), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := ResolveOptions{
				Dir:   dir,
				Args:  []string{"-c", "-O2"},
				Env:   fixed,
				Files: filedigest.Open("", digest.SHA256),
			}
			compiler, err := Resolve(t.Context(), tc.compiler, o)
			if err != nil {
				t.Fatal(err)
			}
			names, err := compiler.NeededVariables(t.Context(), o, all)
			slices.Sort(names)
			if got := strings.Join(names, " "); err != nil || got != tc.want {
				t.Errorf("needs %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

// The search runs the program only a few times, however many variables there are.
func TestNeededIsBounded(t *testing.T) {
	var all []string
	for i := range 1000 {
		all = append(all, fmt.Sprintf("V%03d=%d", i, i))
	}
	asked := 0
	names := smallest(nil, all, func(env []string) bool {
		asked++
		return slices.Contains(env, "V007=7") && slices.Contains(env, "V500=500") && slices.Contains(env, "V999=999")
	})
	slices.Sort(names)
	if want := []string{"V007", "V500", "V999"}; !slices.Equal(names, want) || asked > 50 {
		t.Errorf("%q after %d questions", names, asked)
	}
}
