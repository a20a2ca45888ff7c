//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// twoCheckouts runs the same arguments, in which ROOT stands for the checkout,
// in the build folders of co1, co2 and co1 again, and returns what was said.
// Files may name the folder of both as BOTH. What comes from the cache is
// compared with what is compiled without.
func twoCheckouts(t *testing.T, files map[string]string, args string) []string {
	t.Helper()
	p := newProject(t, nil)
	both := p.Dir
	for _, checkout := range []string{"co1/", "co2/"} {
		for name, content := range files {
			p.write(map[string]string{checkout + name: strings.ReplaceAll(content, "BOTH", both)})
		}
		p.write(map[string]string{checkout + "build/.keep": ""})
	}
	var said []string
	for _, checkout := range []string{"co1", "co2", "co1"} {
		p.BaseDir = filepath.Join(both, checkout)
		p.Dir = filepath.Join(p.BaseDir, "build")
		p.Env = append(os.Environ(), "PWD="+p.Dir)
		p.Chdir(p.Dir)
		words := strings.Fields(strings.NewReplacer("ROOT", p.BaseDir, "BOTH",
			both).Replace(args) + " -O2 -flto=thin -c " + p.BaseDir + "/src/a.c")
		got, verdict := p.cached(words)
		cache := p.Cache
		p.Cache, p.StateDir = nil, ""
		if want, _ := p.cached(words); got.files["a.o"] != want.files["a.o"] {
			t.Errorf("%s: %s: another object than without a cache", checkout, verdict)
		}
		p.Cache = cache
		said = append(said, verdict)
	}
	return said
}

// A prefix map in canonical form may have to tell paths from others that have
// been given to the compiler by other ways than the command line.
func TestPathsUnderMap(t *testing.T) {
	const mapped = "-ffile-prefix-map=ROOT=Q"
	for name, test := range map[string]struct {
		files map[string]string
		args  string
		said  [3]string
	}{
		"a header by its absolute name": {
			map[string]string{"src/a.c": "#include \"BOTH/co1/src/h.h\"\nconst char *f(void) { return F; }\n",
				"src/h.h": "static const char F[] = __FILE__;\n"},
			mapped, [3]string{"not stored", "compiled", "not stored"},
		},
		"the other's working directory": {
			map[string]string{"src/a.c": "int f(int x) { return x; }\n"},
			mapped + " -g -fdebug-compilation-dir=BOTH/co1/build", [3]string{"compiled", "compiled", "hit"},
		},
		"each its own working directory": {
			map[string]string{"src/a.c": "int f(int x) { return x; }\n"},
			mapped + " -g -fdebug-compilation-dir=ROOT/build", [3]string{"compiled", "hit", "hit"},
		},
		"#line by a macro": {
			map[string]string{"src/a.c": "#define Q \"BOTH/co1/q.c\"\n#line 5 Q\nint f(int x) { return x; }\n"},
			mapped + " -g", [3]string{"not stored", "not stored", "not stored"},
		},
		"#line with an escape": {
			map[string]string{"src/a.c": "#line 5 \"\\\\q.c\"\nint f(int x) { return x; }\n"},
			mapped + " -g", [3]string{"not stored", "not stored", "not stored"},
		},
		"a relative #line": {
			map[string]string{"src/a.c": "#line 5 \"q.y\" /* */\n# 6 \"r.y\"\n#line 7\n#define S(X) #X\nint f(int x) { " +
				"return x; }\n"},
			mapped + " -g", [3]string{"compiled", "hit", "hit"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for i, said := range twoCheckouts(t, test.files, test.args) {
				if !strings.Contains(said, test.said[i]) {
					t.Errorf("%d: %q, want %q", i, said, test.said[i])
				}
			}
		})
	}
}

// A depfile has the names that the compiler would have written to it, or the
// compilation isn't cached.
func TestDepfileNames(t *testing.T) {
	const refused = "the depfile wouldn't tell"
	for args, verdict := range map[string]string{
		"-IROOT ROOT/a.c":      "compiled",
		"-I. a.c":              "compiled",
		"-IROOT/ ROOT/a.c -MP": "compiled",
		"-IROOT ROOT/a.c -MT ROOT/x -MQ a$b -MT y -MP":         "compiled",
		"-IROOT/inc/ -IROOT ROOT/a.c -o ROOT/a.o -MF ROOT/a.d": "compiled",
		"-include ROOT/inc/one.h ROOT/a.c -IROOT":              "compiled",
		"--sysroot=ROOT/inc -IROOT -IROOT/inc ROOT/a.c":        "compiled",
		"CPATH=/usr/include -IROOT ROOT/a.c":                   "compiled",
		"CPATH=inc -IROOT ROOT/a.c":                            refused,
		"-IROOT/inc a.c":                                       refused,
		"-I. ROOT/a.c":                                         refused,
		"-I. -IROOT/inc a.c":                                   refused,
		"-Iinc -IROOT/inc -IROOT ROOT/a.c":                     refused,
		"-IROOT/inc/../inc -IROOT/inc -IROOT ROOT/a.c":         refused,
		"-IROOT -include inc/one.h ROOT/a.c":                   refused,
	} {
		t.Run(args, func(t *testing.T) {
			p := newProject(t, map[string]string{
				"a.c": "#include <stddef.h>\n#include <inc/one.h>\n#include \"a long name.h\"\n#include \"inc/../one " +
					"more$.h\"\n",
				"inc/one.h": "#include \"two.h\"\n", "inc/two.h": "", "a long name.h": "", "one more$.h": "",
			})
			p.BaseDir = p.Dir
			if name, value, ok := strings.Cut(strings.Fields(args)[0], "="); ok && name == "CPATH" {
				p.Env = append(os.Environ(), "CPATH="+value)
				args = strings.TrimPrefix(args, name+"="+value)
			}
			words := strings.Fields(strings.ReplaceAll(args, "ROOT", p.Dir) + " -MD -flto=thin -c")
			for _, verdict := range []string{verdict, strings.ReplaceAll(verdict, "compiled", "hit")} {
				want := p.plain(words).files["a.d"]
				got, said := p.cached(words)
				if !strings.Contains(said, verdict) {
					t.Fatalf("%q, want %q", said, verdict)
				}
				if verdict != refused && got.files["a.d"] != want {
					t.Errorf("depfile\n%s\nthe compiler's:\n%s", got.files["a.d"], want)
				}
			}
		})
	}
}
