//go:build linux

package compile_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"thinrex/go/compile"
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
		"include":          {"__asm__(\".include \\\"d.s\\\"\");\n", nil, "not stored: its assembly reads d.s"},
		"in a header":      {"#include \"asm.h\"\nREAD;\n", nil, "not stored: its assembly reads d.s"},
		"an asm block": {
			"static void f(void) { __asm { .include \"d.s\" } }\nint v;\n",
			[]string{"-fasm-blocks"}, "a.c holds .include",
		},
		"spelled in parts": {
			"__asm__(\".inc\" \"\\x62in \\\"d.s\\\"\");\n",
			nil, "not stored: its assembly reads d.s",
		},
		"by a macro": {
			"__asm__(\".macro m a\\n.\\\\a \\\"d.s\\\"\\n.endm\\nm include\");\n",
			nil, "not stored: its assembly may read files",
		},
		"in a function": {"void f(void) { __asm__(\".inc\" \"bin \\\"d.s\\\"\"); }\n", nil, ""},
		"in a block": {
			"void f(void) { __asm { .INC\\\nBIN \"d.s\" } }\n",
			[]string{"-fasm-blocks"}, "not stored",
		},
		"in a block, by a macro": {
			"#define X include\nstatic inline void f(void) { __asm { .X \"d.s\" } }\nint v;\n",
			[]string{"-fasm-blocks"}, "a.c has an asm block",
		},
		"in a block, pasted": {
			"#define Y(a) .in##a\nstatic inline void f(void) { __asm Y(clude) \"d.s\"\n}\nint v;\n",
			[]string{"-fms-extensions", "-fasm-blocks"}, "a.c has an asm block",
		},
		"no block": {
			"void f(void) { __asm__ volatile(\"nop\"); } // asm { }\n",
			[]string{"-fms-extensions"}, "",
		},
		"a comment": {"int v; // .include \"d.s\"\n", nil, ""},
		"other assembly": {
			"__asm__(\".globl a, b\\na: b:\");\nint f(int x) { __asm__(\"inc{%z0|} %0\" : \"+r\"(x)); return x; }\n",
			nil, "",
		},
		"a member": {"struct { int include_dirs, (*include)(int); } s;\nint f(void) { return s.include_dirs + " +
			"s.include(3); }\n", nil, ""},
		"dependency": {"#pragma GCC dependency \"d.s\"\nint v;\n", nil, "holds #pragma GCC dependency"},
		"dependency, made": {"#define Q(x) _Pragma(#x)\n#define P(x) Q(x)\n#define G GCC\nP(G dependency \"d.s\")\nint v;\n",
			nil, "holds #pragma GCC dependency"},
		"the date, fixed": {"const char *v = __DATE__ __TIME__;\n",
			[]string{"-Wno-builtin-macro-redefined", "-D__DATE__=\"redacted\"", "-D", "__TIME__=\"redacted\""}, ""},
		"fixed elsewhere": {"int v = sizeof __TIME__;\n", []string{"-Xlinker", "-D__TIME__=\"x\""}, "holds __TIME__"},
		"fixed in a name": {"int v = sizeof __TIME__;\n", []string{"-I", "-D__TIME__=\"x\""}, "holds __TIME__"},
		"not all fixed": {"const char *v = __DATE__ __TIMESTAMP__;\n",
			[]string{"-Wno-builtin-macro-redefined", "-D__DATE__=\"redacted\""}, "holds __TIMESTAMP__"},
		"another one":    {"int v; // a dependency of GCC\n", nil, ""},
		"backslash":      {"#include \"x\\y.h\"\nint v = Y;\n", nil, `x\y.h stands in depfiles with a slash`},
		"backslash, -I":  {"#include <y.h>\nint v = Y;\n", []string{`-Ib\s`}, `b\s/y.h stands in depfiles with a slash`},
		"backslash, not": {"#ifdef _WIN32\n#include \"win\\y.h\"\n#endif\nint v;\n", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{
				"a.c": test.text, "rsp": "-DT=__TIMESTAMP__", "d.s": "nop\n",
				"asm.h": "#define READ __asm__(\".include \\\"d.s\\\"\")\n",
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

// IR of one text may stand for several files that its assembly includes, so it
// isn't a key.
func TestAssemblerReadsBehindIR(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "__asm__(\".include \\\"d.s\\\"\");\n", "d.s": ".globl a\na:\n"})
	p.Keys = "both"
	args := []string{"-flto=thin", "-c", "a.c"}
	for range 2 {
		p.want("compiled, not stored: its assembly reads d.s", args...)
	}
	p.write(map[string]string{"d.s": ".globl b\nb:\n"})
	want := p.plain(args)
	got, said := p.cached(args)
	p.compare(args, got, want)
	if said != "compiled, not stored: its assembly reads d.s" {
		t.Error(said)
	}
}

// The graph of includes, with which -MMD is completed, hasn't what options
// include.
func TestForcedSystemHeader(t *testing.T) {
	const more = "#include <k.h>\n#define H K\n"
	for _, args := range [][]string{
		{"-isystem", "s", "-include", "h.h"}, {"-isystem", "s", "-imacros", "h.h"}, {"-isystem", "s", "-include", "s/h.h"},
		{"-include", "marked.h"},
	} {
		p := newProject(t, map[string]string{"a.c": "int v = H;\n", "s/h.h": "#define H 1\n", "s/k.h": "#define K 1\n",
			"marked.h": "#pragma GCC system_header\n#define H 1\n"})
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
	for name, test := range map[string]struct {
		files map[string]string
		args  []string
	}{
		"a link": {map[string]string{"a.c": "#include \"in.h\"\nint v;\n", "in.h": "-> /dev/stdin"}, nil},
		"descriptor": {map[string]string{"a.c": "#include \"b.h\"\nint v;\n", "b.h": "#include \"/proc/self/fd/0\"\n"},
			nil},
		"it fails":    {map[string]string{"a.c": "#include \"/dev/stdin\"\nint v = V;\n"}, nil},
		"beside":      {map[string]string{"a.c": "#include \"d/in.h\"\nint v = V;\n", "d/in.h": "-> /dev/fd/0"}, nil},
		"the source":  {map[string]string{"a.c": "-> /dev/stdin"}, nil},
		"a folder of": {map[string]string{"a.c": "#include \"p/fd/0\"\nint v;\n", "p": "-> /proc/self"}, nil},
		"in a header": {map[string]string{"a.c": "#include \"h.h\"\nint v = V;\n", "h.h": "#include \"/dev/stdin\"\n"}, nil},
		"in one of -I": {map[string]string{"a.c": "#include <h.h>\nint v = V;\n", "i/h.h": "#include \"k.h\"\n",
			"j/k.h": "#include \"/dev/stdin\"\n"}, []string{"-Ii", "-iquotej"}},
		"forced": {map[string]string{"a.c": "int v = V;\n", "i/h.h": "#include \"/dev/stdin\"\n"},
			[]string{"-Ii", "-include", "h.h"}},
		"-D": {map[string]string{"a.c": "#include CFG\nint v = V;\n"}, []string{"-DCFG=\"/dev/stdin\""}},
		"computed": {map[string]string{"a.c": "#include \"h.h\"\nint v = V;\n",
			"h.h": "#define D \"/dev/fd/0\"\n#include D\n"}, nil},
		"a folder, -I": {map[string]string{"a.c": "#include <0>\nint v = V;\n"}, []string{"-I/dev/fd"}},
		"not scanned": {map[string]string{"a.c": "#include \"h.h\"\nint v = V;\n",
			"h.h": "#define T __TIME__\n#include \"/dev/stdin\"\n"}, nil},
	} {
		p.enter(test.files)
		args := append([]string{"-flto=thin", "-x", "c", "-c", "a.c"}, test.args...)
		if _, said := p.cached(args); !strings.Contains(said, "differs between processes") && !strings.Contains(said,
			"a.c isn't a regular file") {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// Another failure is told at once.
func TestFailsOnce(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "#include <stdio.h>\n#include \"i\"\n#include \"h.h\"\nint v = V;\n",
		"h.h": "#pragma once\n#include \"h.h\"\n", "i/x": "",
	})
	args := []string{"-flto=thin", "-c", "a.c"}
	want := p.plain(args)
	got, said := p.cached(args)
	p.compare(args, got, want)
	if want.code != 1 || said != "" {
		t.Errorf("exit code %d, %q", want.code, said)
	}
}

// In the folder / all files have relative names, too.
func TestGraphInRoot(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include <stdio.h>\n#include <s.h>\nint v = S;\n",
		"i/s.h": "#define S 1\n"})
	dir := p.Dir
	p.Dir = "/"
	t.Chdir("/")
	args := []string{"-flto=thin", "-MMD", "-isystem", dir[1:] + "/i", "-c", dir + "/a.c", "-o", dir + "/a.o"}
	for _, step := range []struct{ header, want string }{{"#define S 1\n", "compiled"}, {"#define S 1\n", "hit"},
		{"#define S 2\n", "compiled"}} {
		p.write(map[string]string{dir + "/i/s.h": step.header})
		p.said = nil
		outcome, err := compile.Run(t.Context(), p.compiler, args, p.Options)
		if _, said, _ := strings.Cut(strings.Join(p.said, "; "),
			": "); err != nil || outcome.ExitCode != 0 || said != step.want {
			t.Errorf("%q, %v; want %q", said, err, step.want)
		}
	}
}
