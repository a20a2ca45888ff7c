//go:build linux

package compile_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"thinrex/go/compile"
)

// spending returns a clock by which each look at it takes so long. Headers are
// scanned side by side, so several goroutines look.
func spending(each time.Duration) func() time.Duration {
	var now atomic.Int64
	return func() time.Duration { return time.Duration(now.Add(int64(each))) }
}

// What takes too long beside the compilation isn't cached: its result is
// delivered all the same, and --verbose says why. The next compilation, with more
// time, is cached.
func TestOverBudget(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		args  []string
	}{
		"one file": {map[string]string{"a.c": "int v;\n"}, nil},
		"a header": {map[string]string{"a.c": "#include \"a.h\"\n", "a.h": "int v;\n"}, []string{"-MD"}},
		"another list": {map[string]string{"a.c": "#include <a.h>\n", "s/a.h": "int v;\n"},
			[]string{"-MMD", "-isystem", "s"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, test.files)
			args := append([]string{"-flto=thin", "-c", "a.c"}, test.args...)
			enough := p.CPUTime
			p.CPUTime = spending(time.Hour)
			for range 2 {
				p.want("compiled, not stored: what it read takes more than", args...)
			}
			p.CPUTime = enough
			p.want("compiled", args...)
			p.want("hit", args...)
		})
	}
}

// A compilation that failed and includes more than can be looked through is run
// once more by the compiler itself.
func TestFailedOverBudget(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"a.h\"\nint v = ;\n", "a.h": "\n"})
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("", args...)
	p.CPUTime = spending(time.Hour)
	if _, verdict := p.cached(args); !strings.Contains(verdict, "the compiler failed for a.c, which may include") {
		t.Errorf("%q", verdict)
	}
}

// A compilation that is stopped while it looks through what was read ends with
// the context's error, and leaves no folder.
func TestStoppedAfterCompiler(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"a.h\"\n", "a.h": "int v;\n"})
	ctx, cancel := context.WithCancel(t.Context())
	p.CPUTime = func() time.Duration { cancel(); return 0 } // asked when the compiler has ended
	outcome, err := compile.Run(ctx, p.compiler, []string{"-flto=thin", "-c", "a.c"}, p.Options)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", outcome, err)
	}
	if left, _ := filepath.Glob(filepath.Join(p.Sandbox, "*")); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if _, err := os.Stat("a.o"); err != nil {
		t.Errorf("the compiler's object isn't there: %v", err)
	}
}

// A file that the compiler is only asked for may be larger than memory: it isn't
// read, whether or not the compilation succeeds.
func TestLargerThanMemory(t *testing.T) {
	const asked = "#if __has_include(<huge.h>)\nint v;\n#endif\n"
	p := newProject(t, map[string]string{
		"a.c": asked, "b.c": "#if 0\n#include <huge.h>\n#endif\nint v = ;\n", "c.c": "#include \"ask.h\"\n", "ask.h": asked,
	})
	folder := t.TempDir()
	huge := filepath.Join(folder, "huge.h")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 1<<42); err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"a.c": "compiled, not stored: " + huge + " is larger than",
		"c.c": "compiled, not stored: " + huge + " is larger than",
		"b.c": "may include a file that differs between processes",
	} {
		if _, verdict := p.cached([]string{"-flto=thin", "-I" + folder, "-c", source}); !strings.Contains(verdict, want) {
			t.Errorf("%s: %q, want %q", source, verdict, want)
		}
	}
}
