//go:build linux

package compile_test

import (
	"os"
	"strings"
	"testing"
)

// With -Wshadow-header the compiler warns of headers that the one it includes
// hides: also at a hit, and no longer when they have gone.
func TestShadowedHeaders(t *testing.T) {
	const pragma = "#pragma clang diagnostic warning \"-Wshadow-header\"\n"
	include := map[string]string{"a.c": "#include \"x.h\"\nint v = X;\n"}
	for name, test := range map[string]struct {
		files  map[string]string
		args   []string
		hidden string // where a header comes, "later/x.h" unless it is said
	}{
		"the option":  {include, []string{"-Wshadow-header"}, ""},
		"an error":    {include, []string{"-Werror=shadow-header"}, ""},
		"everything":  {include, []string{"-Weverything", "-Wno-shadow"}, ""},
		"in vain off": {include, []string{"-Wno-shadow-header", "-Wshadow-header"}, ""},
		"a response file": {
			map[string]string{"a.c": include["a.c"], "rsp": "-Wsystem-headers\n@rsp2", "rsp2": "'-Wshadow-header'"},
			[]string{"@rsp"},
			"",
		},
		"system headers": {
			map[string]string{
				"a.c":     "#include <s.h>\nint v = X;\n",
				"sys/s.h": "#include \"x.h\"\n",
				"sys/x.h": "#define X 3\n",
			},
			[]string{"-Wshadow-header", "-Wsystem-headers", "-isystem", "sys"},
			"",
		},
		"quote folder": {
			map[string]string{"a.c": "#include \"y.h\"\nint v = Y;\n", "q/y.h": "#define Y 1\n"},
			[]string{"-Wshadow-header", "-iquote", "q"},
			"later/y.h",
		},
		"angled": {
			map[string]string{"a.c": "#include <x.h>\nint v = X;\n"},
			[]string{"-Wshadow-header"},
			"",
		},
		"a folder": {
			map[string]string{"a.c": "#include <s/x.h>\nint v = X;\n", "first/s/x.h": "#define X 4\n"},
			[]string{"-Wshadow-header"},
			"later/s/x.h",
		},
		"a header's": {
			map[string]string{"a.c": "#include <h.h>\nint v = X;\n", "first/h.h": "#include \"x.h\"\n"},
			[]string{"-Wshadow-header", "-MMD"},
			"",
		},
		"forced": {
			map[string]string{"a.c": "int v = X;\n"},
			[]string{"-Wshadow-header", "-include", "x.h"},
			"",
		},
		"a question": {
			map[string]string{"a.c": "#if __has_include(<x.h>)\nint v;\n#endif\n"},
			[]string{"-Wshadow-header"},
			"",
		},
		"include_next": {
			map[string]string{"a.c": "#include <x.h>\nint v = X;\n", "zero/x.h": "#include_next <x.h>\n"},
			[]string{"-Wshadow-header", "-Wno-gnu-include-next", "-Izero"},
			"",
		},
		"by a macro": {
			map[string]string{"a.c": "#define H <x.h>\n#include H\nint v = X;\n"},
			[]string{"-Wshadow-header"},
			"",
		},
		"by a macro beside": {
			map[string]string{
				"s/a.c": "",
				"a.c":   "#define H \"y.h\"\n#include H\nint v = Y;\n",
				"y.h":   "#define Y 1\n",
			},
			[]string{"-Wshadow-header"},
			"later/y.h",
		},
		"a pragma": {map[string]string{"a.c": pragma + include["a.c"]}, nil, ""},
		"a header's pragma": {
			map[string]string{
				"a.c":       "#include <w.h>\n#include <x.h>\nint v = X;\n",
				"first/w.h": "#pragma GCC diagnostic warning \"-Weverything\"\n",
			},
			nil,
			"",
		},
		"_Pragma": {
			map[string]string{
				"a.c": "_Pragma(\"GCC diagnostic warning \\\"-Wshadow-header\\\"\")\n" + include["a.c"],
			},
			nil,
			"",
		},
		"two strings": {
			map[string]string{"a.c": "#pragma clang diagnostic warning \"-Wshadow\" \"-header\"\n" + include["a.c"]},
			nil,
			"",
		},
		"an escape": {
			map[string]string{"a.c": "#pragma clang diagnostic warning \"-W\\x73hadow-header\"\n" + include["a.c"]},
			nil,
			"",
		},
		"words of macros": {map[string]string{"a.c": "#define S(x) #x\n" +
			"#define P(x) _Pragma(S(x))\n#define D diagnostic\n#define W warning\n" +
			"P(clang D W \"-Wshadow\" \"-header\")\n" + include["a.c"]}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"first/x.h": "#define X 1\n", "later/.keep": "", "later/s/.keep": ""})
			p.write(test.files)
			if test.hidden == "" {
				test.hidden = "later/x.h"
			}
			args := append([]string{"-flto=thin", "-O1", "-c", "a.c"}, test.args...)
			args = append(args, "-Ifirst", "-Ilater")
			p.want("compiled", args...)
			p.want("hit", args...)
			p.write(map[string]string{test.hidden: "#define X 2\n"})
			if want := p.plain(args); want.stderr == "" {
				t.Error("the compiler says nothing of a header that is hidden")
			}
			for range 2 {
				p.want("", args...) // compares with the compiler's own
			}
			if err := os.Remove(test.hidden); err != nil {
				t.Fatal(err)
			}
			p.want("hit", args...)
		})
	}
}

// A name of the very file that is included is nothing to warn of.
func TestShadowedByItself(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include <x.h>\nint v = X;\n",
		"first/x.h": "#define X 1\n", "later/x.h": "#define X 1\n",
	})
	args := []string{"-flto=thin", "-Wshadow-header", "-c", "a.c", "-Ifirst", "-Ilater"}
	for _, link := range []func(old, new string) error{
		os.Link,
		func(_, name string) error { return os.Symlink("../first/x.h", name) },
	} {
		p.write(map[string]string{"later/x.h": "#define X 1\n"})
		p.want("", args...)
		p.want("hit", args...)
		if err := os.Remove("later/x.h"); err != nil {
			t.Fatal(err)
		}
		if err := link("first/x.h", "later/x.h"); err != nil {
			t.Fatal(err)
		}
		p.want("", args...)
		p.want("hit", args...)
		if err := os.Remove("later/x.h"); err != nil {
			t.Fatal(err)
		}
	}
}

// Where the warning is off, what lies behind a header doesn't matter.
func TestShadowedOff(t *testing.T) {
	for name, test := range map[string]struct{ text, option string }{
		"by an option": {"", "-Weverything -Wno-shadow-header"},
		"others are on": {
			"#pragma clang diagnostic push\n#pragma clang diagnostic error \"-Wshadow\"\n",
			"-Wshadow",
		},
		"ignored":               {"#pragma clang diagnostic ignored \"-Weverything\"\n", "-Wall"},
		"ignored, by a _Pragma": {"_Pragma(\"GCC diagnostic ignored \\\"-Weverything\\\"\")\n", "-Wextra"},
		"spoken of":             {"// a diagnostic warning of everything\n/* the diagnostic \"error\" */\n", "-Wall"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{
				"a.c": test.text + "#include <x.h>\nint v = X;\n", "first/x.h": "#define X 1\n", "later/.keep": "",
			})
			args := append([]string{"-flto=thin", "-c", "a.c", "-Ifirst", "-Ilater"}, strings.Fields(test.option)...)
			p.want("compiled", args...)
			p.write(map[string]string{"later/x.h": "#define X 2\n"})
			p.want("hit", args...)
		})
	}
}

// A framework within another one is searched when a header was found nowhere
// else: whatever comes to the search path then wins.
func TestFrameworkWithinAnother(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "#include \"F.framework/Headers/f.h\"\nint b = B;\n", "i/.keep": "",
		"F.framework/Headers/f.h":                        "#include <G/g.h>\n",
		"F.framework/Frameworks/G.framework/Headers/g.h": "#define B 1\n",
	})
	args := []string{"-flto=thin", "-c", "a.c", "-Ii"}
	p.want("lies in a framework within another", args...)
	p.write(map[string]string{"i/G/g.h": "#define B 2\n"})
	p.want("compiled", args...)
	p.want("hit", args...)
}
