//go:build linux

package compile_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

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
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
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
