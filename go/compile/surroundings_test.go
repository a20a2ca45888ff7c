//go:build linux

package compile_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
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

// strange changes all that a compilation may find different without a change of
// what it reads: user, host, mask, variables. It does as much of that as it may.
func strange(t testing.TB, compiler string, args []string) *exec.Cmd {
	t.Helper()
	command := []string{"sh", "-c", `umask 077; exec "$@"`, "sh", compiler}
	if os.Geteuid() == 0 {
		command = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, command...)
		if exec.Command("unshare", "--uts", "true").Run() == nil {
			command = append([]string{"unshare", "--uts", "sh", "-c", `hostname elsewhere; exec "$@"`, "sh"}, command...)
		}
		for _, dir := range []string{".", "out"} {
			if err := os.Chown(dir, 65534, 65534); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.Command(command[0], append(command[1:], args...)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "USER=nobody", "LANG=de_DE.UTF-8", "LC_ALL=tr_TR.UTF-8",
		"TZ=Asia/Tokyo", "TERM=xterm-256color", "COLUMNS=20", "TMPDIR=" + os.TempDir(),
	}
	return cmd
}

// otherDevice makes a folder on another device, if this machine has one, far
// away from the test's own.
func otherDevice(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "thinrex-test-a-longer-name-than-usual-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// corpus is a program with what compilers give names of their own to.
var corpus = map[string]string{
	"a.cc": `#include "h.h"
#include <typeinfo>
namespace {
struct local { virtual int f(int x) { return x + __COUNTER__; } virtual ~local() {} };
int hidden;
thread_local int own = 3;
}
static int inner(int x) { static int calls; asm volatile("nop"); return x + calls++ + hidden + own; }
template <class T> auto twice(T x) { return [=](auto y) { return x + y + inner(y); }; }
const char *where() { return __FILE__ " " __FILE_NAME__; }
const char *function(const char *f = __builtin_FUNCTION(), int line = __builtin_LINE()) {
	return line ? f : __PRETTY_FUNCTION__;
}
struct table { int at[MANY]; table(); ~table(); int operator[](const char *s) { return at[s[0] % MANY]; } } table;
int counted(int x) { switch (x) { case 1: return 7; case 2: return 8; case 3: return 9; case 4: throw x; } return x; }
int all(int x) {
	local l; int unused;
	try { for (int i = 0; i < x; i++) x += l.f(i) * twice(x)(i) + counted(i) / MANY; } catch (...) { return -1; }
	return x + table[where()] + (typeid(l) == typeid(int)) + *function();
}
int parallel(int *a, int n) {
	int sum = 0;
#pragma omp parallel for reduction(+ : sum) schedule(dynamic)
	for (int i = 0; i < n; i++) sum += a[i];
#pragma omp critical(named)
	sum++;
#pragma omp task shared(sum)
	sum += 2;
	return sum;
}
`,
	"c.c": `#include "h.h"
#include <complex.h>
#include <stdio.h>
static int inner(int x) { static int n; return x + n++; }
static _Thread_local int own;
struct s { int a, b[MANY]; };
int plain(struct s *s, int i) { int unused; return s->b[i] + inner(i) + own; }
int main(void) {
	struct s s = {1};
	printf("%s %d %s\n", __func__, plain(&s, 1), __FILE__);
	return (int)creal(csin(s.a * I));
}
`,
	"h.h":      "#pragma once\nenum { MANY = 5 };\ninline int in_header(int x) { return x * MANY; }\n",
	"out/keep": "",
}

// optionsTried has a line for each compilation of the corpus.
const optionsTried = `-O2
-O0 -Wall
-O2 -g -ffile-compilation-dir=.
-g3 -gdwarf-5 -gembed-source -fdebug-compilation-dir=/x
-O2 -gsplit-dwarf -ffile-compilation-dir=.
-Os -fopenmp
-O1 -fopenmp -g -ffile-compilation-dir=/x
-O2 -fopenmp-simd
-fsanitize=address -O1
-fsanitize=hwaddress
-fsanitize=thread
-fsanitize=memory -fsanitize-memory-track-origins
-fsanitize=undefined -fsanitize-trap=undefined
-fsanitize=undefined -fsanitize-stats
-fsanitize=cfi -fvisibility=hidden -flto=thin
-fsanitize=cfi -fsanitize-cfi-cross-dso -fvisibility=default
-fsanitize=kcfi
-fsanitize=safe-stack
-fsanitize=function
-fsanitize-coverage=trace-pc-guard,pc-table
-fwhole-program-vtables -fvisibility=hidden
-fsplit-lto-unit -O1
-funified-lto
-fxray-instrument
-funique-internal-linkage-names
-funique-internal-linkage-names -g -ffile-compilation-dir=.
-fpseudo-probe-for-profiling -O2
-fbasic-block-address-map
-finstrument-functions
-fpatchable-function-entry=2,1
-ftrivial-auto-var-init=pattern
-fstack-protector-all -fstack-clash-protection -fcf-protection
-fblocks
-femulated-tls
-fdata-sections -ffunction-sections
-fthin-link-bitcode=out/t
--serialize-diagnostics out/d -Wall
-MD -MF out/dep -MT x
-MMD -MP
-Rpass=inline -ffile-compilation-dir=.
-Weverything
-fmacro-prefix-map==/x
-O3 -march=x86-64-v3 -fno-discard-value-names
-O2 -fdiscard-value-names
-frandom-seed=1
-fno-ident -fno-addrsig
-ftls-model=initial-exec -mtls-dialect=gnu2
-fmerge-all-constants
-fcolor-diagnostics -Wall
`

// The same bytes give the same outputs and messages to another user, on another
// host, in another folder on another device, at another time: all that is
// cached is a function of what the key holds.
func TestSurroundings(t *testing.T) {
	for options := range strings.Lines(optionsTried) {
		options = strings.TrimSpace(options)
		t.Run(options, func(t *testing.T) {
			for _, source := range []string{"a.cc", "c.c"} {
				p := newProject(t, corpus)
				p.compiler = compilerOf(source)
				args := append(strings.Fields(options), "-flto=thin", "-c", source, "-o", "out/o")
				here := p.plain(args)
				got, said := p.cached(args)
				p.compare(args, got, here)
				p.goTo(otherDevice(t), corpus)
				there := p.strangely(args)
				p.compare(args, there, here)
				got, again := p.cached(args)
				p.compare(args, got, here)
				if said == "compiled" && again != "hit" {
					t.Errorf("%q: %q elsewhere", args, again)
				}
			}
		})
	}
}

// goTo goes to a folder with files of long ago.
func (p *project) goTo(dir string, files map[string]string) {
	p.Helper()
	p.Dir = dir
	p.Chdir(dir)
	p.write(files)
	for name := range files {
		old := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
		if err := os.Chtimes(name, old, old); err != nil {
			p.Fatal(err)
		}
	}
}

// strangely compiles without a cache in strange surroundings, and restores the
// folder.
func (p *project) strangely(args []string) run {
	p.Helper()
	before := p.snapshot()
	var stdout, stderr bytes.Buffer
	cmd := strange(p, p.compiler, args)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.Fatal(err)
	}
	r := run{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), p.snapshot()}
	p.restore(before)
	return r
}

func compilerOf(source string) string {
	if strings.HasSuffix(source, ".cc") {
		return "clang++-22"
	}
	return compiler
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
			p.want("not stored: the optimiser speaks of places", args...)
			if err := os.Symlink("a.c", "other.c"); err != nil {
				t.Fatal(err)
			}
			p.want("not stored: the optimiser speaks of places", args...)
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
