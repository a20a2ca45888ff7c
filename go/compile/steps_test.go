//go:build linux

package compile_test

import (
	"strings"
	"testing"

	"thinrex/go/compile"
)

// stepped has a global, which sanitizers name the module for, something to
// inline and a loop.
var stepped = map[string]string{
	"a.cc": `#include "a.h"
int global;
static int add(int x) { int unused; return x + global; }
int sum(int *p, int n) {
	int s = 0;
	for (int i = 0; i < n; i++) { s += add(p[i] * FACTOR); if (s == 77) break; global = s; }
	return s;
}
`,
	"a.h":   "#define FACTOR 2\n",
	"equal": "#define FACTOR (1 + 1)\n",
}

// What keeps a compilation whole gives the compiler's own object, which holds
// no private name and is the same each time.
func TestWhole(t *testing.T) {
	for _, flags := range []string{
		"-fsanitize=address", "-fsanitize=hwaddress", "-fsanitize-coverage=trace-pc-guard", "-fsanitize=thread -Wfoo",
		"-Rpass=inline", "-Rpass-missed=.* -g", "--serialize-diagnostics a.dia -Wall", "-funified-lto", "-fxray-instrument",
		"-fdiscard-value-names", // which the optimiser says it ignores
	} {
		t.Run(flags, func(t *testing.T) {
			p := newProject(t, stepped)
			p.Keys, p.MinInsts = compile.Both, 0
			args := append(strings.Fields(flags), "-O2", "-flto=thin", "-c", "a.cc", "-o", "a.o")
			p.want("compiled", args...)
			p.want("hit", args...)
			p.write(map[string]string{"a.h": stepped["equal"]})
			p.want("compiled", args...)
		})
	}
}

// newStepped returns a project with a program to link, and what compiles a part
// of it with further flags in two steps.
func newStepped(t *testing.T, flags string) (p *project, args []string) {
	t.Helper()
	p = newProject(t, stepped)
	p.write(map[string]string{"m.cc": "int sum(int *, int);\nint main(int n, char **) { return sum(&n, 1); }\n"})
	p.Keys, p.MinInsts = compile.Both, 0
	return p, append([]string{"-O2", "-flto=thin", "-c", "a.cc", "-o", "a.o"}, strings.Fields(flags)...)
}

// Words are said once, though both steps say them.
func TestWordsOfSteps(t *testing.T) {
	for _, flags := range []string{"-Wfoo", "-Wall -Wfoo -fcolor-diagnostics", "-Wno-error=xx", "-O9", "-fglobal-isel",
		"-Wall"} {
		t.Run(flags, func(t *testing.T) {
			p, args := newStepped(t, flags)
			p.wantLinked("compiled", args)
			p.wantLinked("hit", args)
			p.write(map[string]string{"a.h": stepped["equal"]})
			p.wantLinked("IR hit", args)
			p.wantLinked("hit", args)
		})
	}
}

// Options of which it is known that two steps make the same program as one.
func TestInStepsToo(t *testing.T) {
	for _, flags := range []string{
		"-W -ftls-model=initial-exec -fassociative-math -fno-signed-zeros -fno-trapping-math -faligned-new=8 " +
			"-ftree-vectorize -fasm-blocks",
		"-ffile-reproducible -fprofile-update=atomic --param ssp-buffer-size=4 -fstack-protector -fno-ms-compatibility " +
			"-mfpmath=sse -mrecip=none",
		"-g -fno-limit-debug-info -fansi-escape-codes -fcolor-diagnostics -Wall -Wp,-DX=1 -fno-modules --include a.h " +
			"--std c++20",
		"-fuse-linker-plugin -flto-jobs=2 -fthinlto-distributor=/absent -Xthinlto-distributor=--jobs=2 " +
			"-fno-tree-vectorize -fno-aligned-new",
	} {
		t.Run(flags, func(t *testing.T) {
			p, args := newStepped(t, flags)
			p.wantLinked("compiled", args)
			p.wantLinked("hit", args)
			p.write(map[string]string{"a.h": stepped["equal"] + "/**/"})
			p.wantLinked("IR hit", args)
		})
	}
}
