//go:build linux

package compile_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// What a compilation depends on beside the files that are included.
func TestElsewhere(t *testing.T) {
	for name, test := range map[string]struct {
		text   string
		args   []string
		reason string // "" for none
	}{
		"-D time":          {"const char *v = T;\n", []string{"-DT=__TIME__"}, "a -D holds __TIME__"},
		"-D stamp":         {"const char *v = T;\n", []string{"@rsp"}, "a -D holds __TIMESTAMP__"},
		"-D macro of that": {"int v = T(3);\n", []string{"-DT(x)=x", "-D", "U=\"a b\"", "-DW"}, ""},
		"include":          {"__asm__(\".include \\\"d.s\\\"\");\n", nil, "a.c holds .include"},
		"in a header":      {"#include \"asm.h\"\nREAD;\n", nil, "asm.h holds .include"},
		"a member":         {"struct { int include_dirs, (*include)(int); } s;\nint f(void) { return s.include_dirs + s.include(3); }\n", nil, ""},
		"dependency":       {"#pragma GCC dependency \"d.s\"\nint v;\n", nil, "holds #pragma GCC dependency"},
		"dependency, made": {"#define Q(x) _Pragma(#x)\n#define P(x) Q(x)\n#define G GCC\nP(G dependency \"d.s\")\nint v;\n", nil, "holds #pragma GCC dependency"},
		"the date, fixed":  {"const char *v = __DATE__ __TIME__;\n", []string{"-Wno-builtin-macro-redefined", "-D__DATE__=\"redacted\"", "-D", "__TIME__=\"redacted\""}, ""},
		"not all fixed":    {"const char *v = __DATE__ __TIMESTAMP__;\n", []string{"-Wno-builtin-macro-redefined", "-D__DATE__=\"redacted\""}, "holds __TIMESTAMP__"},
		"another one":      {"int v; // a dependency of GCC\n", nil, ""},
		"backslash":        {"#include \"x\\y.h\"\nint v = Y;\n", nil, `x\y.h stands in depfiles with a slash`},
		"backslash, -I":    {"#include <y.h>\nint v = Y;\n", []string{`-Ib\s`}, `b\s/y.h stands in depfiles with a slash`},
		"backslash, not":   {"#ifdef _WIN32\n#include \"win\\y.h\"\n#endif\nint v;\n", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{
				"a.c": test.text, "rsp": "-DT=__TIMESTAMP__", "d.s": "nop\n", "asm.h": "#define READ __asm__(\".include \\\"d.s\\\"\")\n",
				`x\y.h`: "#define Y 1\n", "x/y.h": "#define Y 1\n", `b\s/y.h`: "#define Y 1\n", "b/s/y.h": "#define Y 1\n",
			})
			for _, name := range []string{"a.c", "d.s"} { // what __TIMESTAMP__ and a dependency pragma look at
				if err := os.Chtimes(name, time.Time{}, time.Unix(1e9, 0)); err != nil {
					t.Fatal(err)
				}
			}
			args := append([]string{"-flto=thin", "-c", "a.c"}, test.args...)
			if test.reason == "" {
				p.want("compiled", args...)
				p.want("hit", args...)
				return
			}
			for range 2 {
				p.want(test.reason, args...)
			}
		})
	}
}

// IR holds what the assembler's files define.
func TestAssemblerReadsBehindIR(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "__asm__(\".include \\\"d.s\\\"\");\n", "d.s": ".globl a\na:\n"})
	p.Keys = "both"
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("not stored", args...)
	p.write(map[string]string{"d.s": ".globl b\nb:\n"})
	want := p.plain(args)
	got, said := p.cached(args)
	p.compare(args, got, want)
	if said != "compiled, not stored: a.c holds .include, with which the assembler reads a file" {
		t.Error(said)
	}
}

// The graph of includes, with which -MMD is completed, hasn't what options
// include.
func TestForcedSystemHeader(t *testing.T) {
	const more = "#include <k.h>\n#define H K\n"
	for _, args := range [][]string{
		{"-isystem", "s", "-include", "h.h"}, {"-isystem", "s", "-imacros", "h.h"}, {"-isystem", "s", "-include", "s/h.h"}, {"-include", "marked.h"},
	} {
		p := newProject(t, map[string]string{"a.c": "int v = H;\n", "s/h.h": "#define H 1\n", "s/k.h": "#define K 1\n", "marked.h": "#pragma GCC system_header\n#define H 1\n"})
		args = append(args, "-MMD", "-flto=thin", "-Is", "-c", "a.c")
		p.want("compiled", args...)
		p.want("hit", args...)
		p.write(map[string]string{"s/h.h": more, "marked.h": "#pragma GCC system_header\n" + more})
		p.want("compiled", args...)
		p.want("hit", args...)
		p.write(map[string]string{"s/k.h": "#define K 2\n"})
		p.want("compiled", args...)
	}
}

// A precompiled header is taken in the place of one that an option includes.
func TestPrecompiledBeside(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v = H;\n", "h.h": "#define H 1\n", "h.h.gch/x": ""})
	p.want("not stored: h.h.gch may be a precompiled header", "-flto=thin", "-include", "h.h", "-c", "a.c")
}

// What each process finds another is read by the compiler alone.
func TestStandardInput(t *testing.T) {
	p := newProject(t, nil)
	for name, files := range map[string]map[string]string{
		"a link":      {"a.c": "#include \"in.h\"\nint v;\n", "in.h": "-> /dev/stdin"},
		"descriptor":  {"a.c": "#include \"b.h\"\nint v;\n", "b.h": "#include \"/proc/self/fd/0\"\n"},
		"it fails":    {"a.c": "#include \"/dev/stdin\"\nint v = V;\n"},
		"beside":      {"a.c": "#include \"d/in.h\"\nint v = V;\n", "d/in.h": "-> /dev/fd/0"},
		"the source":  {"a.c": "-> /dev/stdin"},
		"a folder of": {"a.c": "#include \"p/fd/0\"\nint v;\n", "p": "-> /proc/self"},
	} {
		p.enter(files)
		if _, said := p.cached([]string{"-flto=thin", "-x", "c", "-c", "a.c"}); !strings.Contains(said, "each process") && !strings.Contains(said, "a.c isn't a regular file") {
			t.Errorf("%s: %q", name, said)
		}
	}
}
