//go:build linux

package compile_test

import (
	"os"
	"testing"
)

func TestSymbolicLinks(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c":    "#include \"link.h\"\n#include <dir/y.h>\n#include \"again.h\"\nint v = X + Y;",
		"v1/x.h": "#pragma once\n#define X 1\n", "v2/x.h": "#pragma once\n#define X 2\n", "v1/y.h": "#define Y 1\n",
		"v2/y.h": "#define Y 2\n",
		"link.h": "-> v1/x.h", "again.h": "-> v1/x.h", "dir": "-> v1",
	})
	args := []string{"-flto=thin", "-I.", "-c", "a.c"}
	p.want("compiled", args...)
	p.want("hit", args...)
	for _, link := range []string{"link.h", "again.h"} {
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
		p.write(map[string]string{link: "-> v2/x.h"})
	}
	p.want("compiled", args...)
	if err := os.Remove("dir"); err != nil {
		t.Fatal(err)
	}
	p.write(map[string]string{"dir": "-> v2"})
	p.want("compiled", args...)
	p.want("hit", args...)
}

// To #pragma once, #import and guards two names may be one file. One of them
// that becomes another file, though an equal one, is read again.
func TestOneFile(t *testing.T) {
	const once, twice = "#pragma once\n#ifdef X\n#define TWICE\n#endif\n#define X\n",
		"#ifdef X\n#define TWICE\n#endif\n#define X\n"
	const then = "\n#ifdef TWICE\nint v = 2;\n#else\nint v = 1;\n#endif\n"
	for name, test := range map[string]struct {
		text, header, link string
		args               []string
	}{
		"once":            {"#include \"a/x.h\"\n#include \"b/x.h\"" + then, once, "b/x.h", nil},
		"import":          {"#import <x.h>\n#import <y.h>" + then, twice, "a/y.h", []string{"-Ia"}},
		"a system header": {"#include <x.h>\n#include <y.h>" + then, once, "a/y.h", []string{"-isystem", "a", "-MMD"}},
		"by a macro": {"#include <x.h>\n#define Y <y.h>\n#include Y" + then, once, "a/y.h",
			[]string{"-isystem", "a", "-MMD"}},
		"a hard link": {"#include \"a/x.h\"\n#include \"b/x.h\"" + then, once, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": test.text, "a/x.h": test.header, "b/.keep": ""})
			args := append([]string{"-flto=thin", "-w", "-c", "a.c"}, test.args...)
			link := func(t *testing.T) string {
				if test.link == "" {
					if err := os.Link("a/x.h", "b/x.h"); err != nil {
						t.Fatal(err)
					}
					return "b/x.h"
				}
				p.write(map[string]string{test.link: "-> ../a/x.h"})
				return test.link
			}
			second := link(t)
			p.want("compiled", args...)
			p.want("hit", args...)
			for _, verdict := range []string{"compiled", "hit"} {
				if err := os.Remove(second); err != nil {
					t.Fatal(err)
				}
				p.write(map[string]string{second: test.header})
				p.want(verdict, args...)
				if err := os.Remove(second); err != nil {
					t.Fatal(err)
				}
				link(t)
				p.want("hit", args...)
			}
		})
	}
}
