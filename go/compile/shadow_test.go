//go:build linux

package compile_test

import (
	"os"
	"testing"
)

// A change of which file a name leads to, without a change of any file that
// was read.
func TestShadowing(t *testing.T) {
	tests := map[string]struct {
		files  map[string]string
		args   []string
		change map[string]string // files that appear
		then   string            // verdict, "compiled" unless it is said
	}{
		"earlier on the path": {
			files:  map[string]string{"a.c": "#include <x.h>\nint v = X;", "two/x.h": "#define X 2\n", "one/y.h": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
		},
		"later on the path": {
			files:  map[string]string{"a.c": "#include <x.h>\nint v = X;", "one/x.h": "#define X 1\n", "two/y.h": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"two/x.h": "#define X 2\n"},
			then:   "hit",
		},
		"a folder that wasn't there": {
			files:  map[string]string{"a.c": "#include <x.h>\nint v = X;", "two/x.h": "#define X 2\n"},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
		},
		"a folder below": {
			files:  map[string]string{"a.c": "#include <s/x.h>\nint v = X;", "two/s/x.h": "#define X 2\n", "one/y.h": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/s/x.h": "#define X 1\n"},
		},
		"a folder below, by a name like GCC's": {
			files: map[string]string{"a.c": "#include <s/t/x.h>\nint v = X;", "two/s/t/x.h": "#define X 2\n", "one/y.h": "",
				"gcc/12/z.h": ""},
			args:   []string{"-Igcc/12/../../one", "-Itwo"},
			change: map[string]string{"one/s/t/x.h": "#define X 1\n"},
		},
		"beside the source": {
			files:  map[string]string{"a.c": "#include \"x.h\"\nint v = X;", "two/x.h": "#define X 2\n"},
			args:   []string{"-Itwo"},
			change: map[string]string{"x.h": "#define X 1\n"},
		},
		"beside a header": {
			files: map[string]string{"a.c": "#include <h.h>\nint v = X;", "one/h.h": "#include \"x.h\"\n",
				"two/x.h": "#define X 2\n"},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
		},
		"quote folder": {
			files:  map[string]string{"a.c": "#include \"x.h\"\nint v = X;", "two/x.h": "#define X 2\n", "q/y.h": ""},
			args:   []string{"-iquote", "q", "-Itwo"},
			change: map[string]string{"q/x.h": "#define X 1\n"},
		},
		"system header": {
			files:  map[string]string{"a.c": "#include <limits.h>\nint v = INT_MAX;", "two/y.h": ""},
			args:   []string{"-isystem", "two"},
			change: map[string]string{"two/limits.h": "#define INT_MAX 1\n"},
		},
		"include_next": {
			files: map[string]string{"a.c": "#include <x.h>\nint v = X;", "one/x.h": "#include_next <x.h>\n", "two/y.h": "",
				"three/x.h": "#define X 3\n"},
			args:   []string{"-Ione", "-Itwo", "-Ithree"},
			change: map[string]string{"two/x.h": "#define X 2\n"},
		},
		"has_include, now there": {
			files: map[string]string{"a.c": "#if __has_include(<opt.h>)\nint v = 1;\n#else\nint v = 2;\n#endif\n",
				"one/y.h": ""},
			args:   []string{"-Ione"},
			change: map[string]string{"one/opt.h": ""},
		},
		"has_include in a header": {
			files: map[string]string{"a.c": "#include <x.h>\nint v = X;",
				"one/x.h": "#if defined(__has_include) && __has_include ( \"opt.h\" )\n# define X 1\n" +
					"#else\n# define X 2\n#endif\n"},
			args:   []string{"-Ione"},
			change: map[string]string{"opt/y.h": "", "one/opt.h": ""},
		},
		"by a macro": {
			files: map[string]string{"a.c": "#define H <x.h>\n#include H\nint v = X;", "two/x.h": "#define X 2\n",
				"one/y.h": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
		},
		"by a macro, read otherwise too": {
			files: map[string]string{"a.c": "#include \"src/b.h\"\n",
				"src/b.h": "#include \"x.h\"\n#define H <x.h>\n#include H\nint v = X;", "src/x.h": "",
				"one/y.h": "", "two/x.h": "#define X 2\n"},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
		},
		"include_next by a macro": {
			files: map[string]string{"a.c": "#include <x.h>\nint v = X;", "one/x.h": "#define N <x.h>\n#include_next N\n",
				"two/y.h":   "",
				"three/x.h": "#define X 3\n"},
			args:   []string{"-Ione", "-Itwo", "-Ithree"},
			change: map[string]string{"two/x.h": "#define X 2\n"},
		},
		"spliced": {
			files: map[string]string{"a.c": "#inc\\  \nlude /* \n */ <x.h>\nint v = X;", "two/x.h": "#define X 2\n",
				"one/y.h": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
		},
		"forced": {
			files:  map[string]string{"a.c": "int v = X;", "two/x.h": "#define X 2\n"},
			args:   []string{"-include", "x.h", "-Itwo"},
			change: map[string]string{"x.h": "#define X 1\n"},
		},
		"precompiled": {
			files:  map[string]string{"a.c": "int v = X;", "two/x.h": "#define X 2\n"},
			args:   []string{"-include", "x.h", "-Itwo"},
			change: map[string]string{"two/x.h.gch/.keep": ""},
			then:   "not stored",
		},
		"a folder by that name": {
			files:  map[string]string{"a.c": "#include <x.h>\nint v = X;", "two/x.h": "#define X 2\n", "one/x.h/y": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h/z": ""},
			then:   "hit",
		},
		"skipped includes don't matter": {
			files:  map[string]string{"a.c": "#if 0\n#include <x.h>\n#endif\nint v;", "two/x.h": "", "one/y.h": ""},
			args:   []string{"-Ione", "-Itwo"},
			change: map[string]string{"one/x.h": "#define X 1\n"},
			then:   "hit",
		},
		"C_INCLUDE_PATH": {
			files:  map[string]string{"a.c": "#include <x.h>\nint v = X;", "two/x.h": "#define X 2\n", "env/y.h": ""},
			args:   []string{"-idirafter", "two"},
			change: map[string]string{"env/x.h": "#define X 1\n"},
		},
	}
	t.Setenv("C_INCLUDE_PATH", "env")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, test.files)
			p.Env = os.Environ()
			args := append([]string{"-flto=thin", "-O1", "-MMD", "-c", "a.c", "-o", "a.o"}, test.args...)
			p.want("compiled", args...)
			p.want("hit", args...)
			p.write(test.change)
			if test.then == "" {
				test.then = "compiled"
			}
			p.want(test.then, args...)
			if test.then != "not stored" {
				p.want("hit", args...)
			}
			for path := range test.change {
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// What comes back is found again: the manifest keeps several alternatives.
func TestAlternatives(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "#include \"config.h\"\n#ifdef OPT\n#include <opt.h>\n#else\nint opt;\n#endif\n", "config.h": "#define OPT\n",
		"opt.h": "int other;\n",
	})
	args := []string{"-flto=thin", "-I.", "-c", "a.c"}
	p.want("compiled", args...)
	p.write(map[string]string{"config.h": "\n"})
	p.want("compiled", args...)
	p.write(map[string]string{"opt.h": "int changed;\n"})
	p.want("hit", args...) // not read this time
	p.write(map[string]string{"config.h": "#define OPT\n"})
	p.want("compiled", args...)
	p.write(map[string]string{"opt.h": "int other;\n"})
	p.want("hit", args...)
}
