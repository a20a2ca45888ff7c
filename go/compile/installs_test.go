//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Where the compiler looks for headers is asked once, until something is
// installed; each time for a target of which that isn't understood.
func TestInstalledLater(t *testing.T) {
	for name, test := range map[string]struct {
		args, install string
		remembered    int
	}{
		"GCC":            {"--sysroot=S", "S/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o", 1},
		"unknown target": {"--target=riscv64-unknown-elf --sysroot=S -idirafter .", "S/include/c++/v1/h.h", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{
				"a.c": "#include <h.h>\nint v = H;\n", "h.h": "#define H 3\n", "S/usr/include/h.h": "#define H 1\n",
				"S/usr/lib/gcc/x86_64-linux-gnu/12/x": "", "S/usr/include/c++/12/h.h": "#define H 2\n",
			})
			time.Sleep(2100 * time.Millisecond) // answers are remembered if nothing was installed in the last two seconds
			args := append(strings.Fields(test.args), "-x", "c++", "-flto=thin", "-c", "a.c")
			p.want("compiled", args...)
			if n := p.remembered(); n != test.remembered {
				t.Errorf("%d answers are remembered", n)
			}
			p.want("hit", args...)
			p.write(map[string]string{test.install: "#define H 4\n"})
			p.want("compiled", args...)
			p.want("hit", args...)
		})
	}
}

// remembered counts the compiler's answers that are kept.
func (p *project) remembered() int {
	p.Helper()
	kept, err := filepath.Glob(filepath.Join(p.StateDir, "search-*"))
	if err != nil {
		p.Fatal(err)
	}
	return len(kept)
}

// A sanitizer leaves out what a list beside the compiler's headers names.
func TestIgnoreListsFound(t *testing.T) {
	lists := []string{"R/share/asan_ignorelist.txt", "R/share/ubsan_ignorelist.txt"}
	p := newProject(t, map[string]string{"a.c": "int f(int *p) { return *p; }\n", "R/include/x.h": ""})
	args := func(deps string) []string {
		return []string{deps, "-flto=thin", "-fsanitize=address,undefined", "-resource-dir=R", "-c", "a.c"}
	}
	each := func(verdict string) {
		for _, deps := range []string{"-MD", "-MMD", "-DNONE"} {
			p.want(verdict, args(deps)...)
		}
	}
	time.Sleep(2100 * time.Millisecond)
	each("compiled")
	each("hit")
	for _, list := range lists {
		for _, content := range []string{"fun:g\n", "fun:f\n"} {
			p.write(map[string]string{list: content})
			each("compiled")
			each("hit")
		}
	}
	if err := os.RemoveAll("R/share"); err != nil {
		t.Fatal(err)
	}
	each("hit")
}
