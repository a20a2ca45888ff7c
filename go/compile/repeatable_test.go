//go:build linux

package compile_test

import (
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestIdentity: what isn't a function of the content of what was read is never
// kept, and so never found.
func TestIdentity(t *testing.T) {
	const ofOpenMP, address = "device and inode", "an address in the compiler's memory"
	const region = " parallel for\n\tfor (int i = 0; i < 9; i++) x += i;\n\treturn x;\n}\n"
	for name, test := range map[string]struct{ source, text, args, reason string }{
		"a target region on the host": {"a.c", "int f(int x) {\n#pragma omp target map(tofrom : x)\n#pragma omp" + region,
			"-fopenmp -fopenmp-version=60", ofOpenMP},
		"declare target": {
			"a.c",
			"static int x;\n#pragma omp declare target link(x)\nint f(void) { return x; }\n",
			"-fopenmp -O1",
			ofOpenMP,
		},
		"an operator": {
			"a.cc",
			"#define P(x) _Pragma(#x)\nint f(int x) {\nP(omp target parallel for)" + region[len(" parallel for"):],
			"-fopenmp=libomp -O2 -g",
			ofOpenMP,
		},
		"an attribute": {
			"a.cc",
			"int f(int x) {\n[[omp::directive(target parallel for)]]" + region[len(" parallel for"):],
			"-fopenmp -std=c++23",
			ofOpenMP,
		},
		"words of macros": {
			"a.c",
			"#define S(x) #x\n#define P(x) _Pragma(S(x))\n#define C(a, b) a##b\n" +
				"int f(int x) {\nP(omp C(tar, get) parallel for)" + region[len(" parallel for"):],
			"-fopenmp -g",
			ofOpenMP,
		},
		"another output": {
			"a.c",
			"int f(int x) {\n#pragma omp target" + region,
			"-fopenmp -O2 -fthin-link-bitcode=a.t",
			ofOpenMP,
		},
		"a header's": {"a.c", "#include \"t.h\"\nint *g(void) { return &q; }\n", "-fopenmp -O2 -MD", ofOpenMP},
		"the file of #line": {
			"a.c",
			"static int q;\n#line 1 \"t.h\"\n#pragma omp declare target link(q)\nint f(void) { return q; }\n",
			"-fopenmp",
			ofOpenMP,
		},
		"a remark": {
			"a.c",
			"int f(int x) {\n#pragma omp target" + region,
			"-fopenmp -O2 -Rpass=.*",
			ofOpenMP,
		},
		"a dump": {"a.c", "int x;\n#pragma clang __debug dump x\n", "", address},
		"a dump in colours": {
			"a.cc",
			"struct s { int x; };\n#pragma clang __debug dump s\n",
			"-fcolor-diagnostics",
			address,
		},
		"a dump by a macro": {
			"a.c",
			"#define D __debug\n#define S(x) #x\n#define P(x) _Pragma(S(x))\nint x;\nP(clang D dump x)\n",
			"",
			address,
		},
		"a state": {"a.c", "#pragma clang __debug diag_mapping\nint x;\n", "", address},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				test.source: test.text,
				"t.h":       "static int q;\n#pragma omp declare target link(q)\nstatic inline int h(void) { return q; }\n",
			}
			p := newProject(t, files)
			args := append(strings.Fields(test.args), "-flto=thin", "-w", "-c", test.source)
			first := p.plain(args)
			for range 2 {
				if _, said := p.cached(args); !strings.Contains(said, "not stored: ") || !strings.Contains(said, test.reason) {
					t.Errorf("%q, want %s", said, test.reason)
				}
			}
			p.enter(files)
			if again := p.plain(args); again.stderr == first.stderr && maps.Equal(again.files, first.files) {
				t.Error("the compiler makes the same of another file: this row has lost its sense")
			}
		})
	}
}

// The optimiser looks for the file of a #line, and speaks of another place where
// that is one that was read.
func TestOptimisersPlaces(t *testing.T) {
	const text = "int g(int);\nstatic int h(int x) { return x + 1; }\n" +
		"#line 2 \"other.c\"\nint f(int x) { return g(h(x)); }\n"
	for name, test := range map[string]struct {
		files map[string]string
		args  string
	}{
		"a remark":        {map[string]string{"a.c": text}, "-Rpass=inline"},
		"another output":  {map[string]string{"a.c": text}, "-Rpass=inline --serialize-diagnostics d"},
		"with debug info": {map[string]string{"a.c": text}, "-Rpass=.* -g"},
		"a header's": {
			map[string]string{"a.c": "#include \"h.h\"\nint k(void) { return f(7); }\n", "h.h": text},
			"-Rpass=.*",
		},
		"a number sign's": {map[string]string{"a.c": strings.Replace(text, "#line", "#", 1)}, "-Rpass=inline"},
		"a macro's": {
			map[string]string{
				"a.c": strings.Replace(text, "#line 2 \"other.c\"", "#define M 2 \"other.c\"\n#line M", 1),
			},
			"-Rpass=inline",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, test.files)
			args := append([]string{"-flto=thin", "-O2", "-c", "a.c"}, strings.Fields(test.args)...)
			p.want("not stored: a message of the optimiser names places", args...)
			if err := os.Symlink("a.c", "other.c"); err != nil {
				t.Fatal(err)
			}
			p.want("not stored: a message of the optimiser names places", args...)
		})
	}
	// Where no file is named, or the front end speaks, all is as ever.
	p := newProject(t, map[string]string{
		"named.c":  "#line 3 \"other.c\"\nint f(int n) { int unused; return n; }\n",
		"number.c": strings.Replace(text, " \"other.c\"", "", 1),
	})
	for source, option := range map[string]string{"named.c": "-Wall", "number.c": "-Rpass=inline"} {
		p.want("compiled", "-flto=thin", "-O2", option, "-c", source)
		p.want("hit", "-flto=thin", "-O2", option, "-c", source)
	}
}

// How much stack there is left isn't a matter of what was read.
func TestStackExhausted(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_STACK, &limit); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_STACK, &limit) })
	usual := syscall.Rlimit{Cur: 8 << 20, Max: limit.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_STACK, &usual); err != nil {
		t.Fatal(err)
	}
	p := newProject(t, map[string]string{
		"a.cc": "template <int N> struct A { static constexpr int v = A<N - 1>::v + 1; };\n" +
			"template <> struct A<0> { static constexpr int v = 0; };\nint x = A<4000>::v;\n",
	})
	args := []string{"-ftemplate-depth=5000", "-flto=thin", "-c", "a.cc"}
	for range 2 {
		p.want("not stored: the compiler warns that", args...)
	}
}
