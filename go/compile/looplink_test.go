//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"testing"
)

// A link that leads to itself in a place that is searched before a header is an
// error to the compiler, not a place with nothing in it: no hit hides that.
func TestLinkToItself(t *testing.T) {
	for name, test := range map[string]struct {
		source, link string
		args         []string
	}{
		"beside the source": {"#include \"x.h\"\nint v = X;\n", "x.h", nil},
		"on the way":        {"#include <x.h>\nint v = X;\n", "first/x.h", nil},
		"a folder":          {"#include <y/x.h>\nint v = X;\n", "first/y", nil},
		"asked for":         {"#include <x.h>\n#if __has_include(<z.h>)\n#endif\nint v = X;\n", "first/z.h", nil},
		"hidden":            {"#include <x.h>\nint v = X;\n", "third/x.h", []string{"-Weverything", "-Wshadow-header"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{
				"a.c": test.source, "first/a": "", "second/x.h": "#define X 1\n", "second/y/x.h": "#define X 2\n", "third/a": "",
			})
			args := append([]string{"-flto=thin", "-Ifirst", "-Isecond", "-Ithird", "-c", "a.c"}, test.args...)
			p.want("compiled", args...)
			p.want("hit", args...)
			if err := os.Symlink(filepath.Base(test.link), test.link); err != nil {
				t.Fatal(err)
			}
			p.want("", args...) // as the compiler: it fails
		})
	}
}
