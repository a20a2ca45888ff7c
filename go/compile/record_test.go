//go:build linux

package compile_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/action"
	"thinrex/go/compile"
	"thinrex/go/history"
)

// record runs a compilation and returns what its record says.
func (p *project) record(args ...string) *history.Compilation {
	p.Helper()
	p.Record = new(history.Compilation)
	_, err := compile.Run(p.Context(), p.compiler, args, p.Options)
	if err != nil {
		p.Record.Why = "not cached: " + err.Error()
	}
	return p.Record
}

// The record of a compilation says what became of it, and which part of the key changed.
func TestRecord(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c":       "#include \"a.h\"\n#include <b.h>\nint f(void) { return A + B; }\n",
		"a.h":       "#define A 1\n",
		"two/b.h":   "#define B 1\n",
		"one/other": "",
	})
	p.HistoryDir = filepath.Join(p.StateDir, "past")
	p.RemoteAddress = "grpc://cache"
	args := strings.Fields("-O2 -flto=thin -Ione -Itwo -c a.c -o out.o")
	want := func(got *history.Compilation, outcome history.Outcome, from string, changed ...string) {
		t.Helper()
		if got.Outcome != outcome || got.From != from || !slices.Equal(got.Changed, changed) ||
			got.Source != "a.c" || got.Output != "out.o" || got.Bytes == 0 || got.Ran <= 0 || got.Key == "" || got.Why != "" ||
			got.Args == 0 || got.Compiler == 0 || got.Env == 0 || got.Content == 0 {
			t.Errorf("%+v, want %s from %s, changed %q", got, outcome, from, changed)
		}
	}
	first := p.record(args...)
	want(first, history.Compiled, history.FromHere)
	hit := p.record(args...)
	want(hit, history.Hit, history.FromDisk)
	if hit.Key != first.Key || hit.Ran != first.Ran || hit.Bytes != first.Bytes {
		t.Errorf("first %+v, hit %+v", first, hit)
	}
	p.write(map[string]string{"a.h": "#define A 2\n"})
	edited := p.record(args...)
	want(edited, history.Compiled, history.FromHere, "a.h")
	if edited.Args != first.Args || edited.Env != first.Env || edited.Compiler != first.Compiler ||
		edited.Content != first.Content {
		t.Errorf("first %+v, after an edit of a header %+v", first, edited)
	}
	p.write(map[string]string{"one/b.h": "#define B 1\n"})
	want(p.record(args...), history.Compiled, history.FromHere, history.NowRead+"one/b.h")
	p.write(map[string]string{"a.c": "#include \"a.h\"\nint f(void) { return A; }\n"})
	source := p.record(args...)
	want(source, history.Compiled, history.FromHere, "a.c")
	if source.Content == first.Content || source.Args != first.Args {
		t.Errorf("first %+v, after an edit of the source %+v", first, source)
	}
	if other := p.record(append(args, "-DX")...); other.Args == first.Args || other.Env != first.Env {
		t.Errorf("first %+v, with another argument %+v", first, other)
	}

	p.write(map[string]string{"a.h": "#define A 3\n"})
	want(p.record(args...), history.Compiled, history.FromHere, "a.h")
	p.write(map[string]string{"a.h": "#define A 2\n"})
	want(p.record(args...), history.Hit, history.FromDisk)
	p.write(map[string]string{"a.c": "#include \"a.h\"\nint g(void) { return A; }\n"})
	want(p.record(args...), history.Compiled, history.FromHere, "a.c") // a.h is as it was for the hit

	remote := p.Cache
	p.Cache, p.Remote = newProject(t, nil).Cache, func() action.Cache { return remote }
	p.Chdir(p.Dir)
	want(p.record(args...), history.Hit, history.FromService("grpc://cache"))
}

// The record says why something isn't cached or stored, and that a compiler failed.
func TestRecordOfWhatIsNotCached(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c":    "int f(void) { return 1; }\n",
		"time.c": "const char *now(void) { return __TIME__; }\n",
		"bad.c":  "int f(void) { return x; }\n",
	})
	if got := p.record("-flto=thin", "-c", "time.c"); got.Outcome != history.NotStored || got.Why == "" || got.Key != "" {
		t.Errorf("%+v", got)
	}
	if got := p.record("-flto=thin", "-c", "bad.c"); got.Outcome != history.Failed || got.Source != "bad.c" {
		t.Errorf("%+v", got)
	}
	if got := p.record("-c", "a.c"); got.Outcome != "" || !strings.Contains(got.Why, "not a ThinLTO compilation") {
		t.Errorf("%+v", got)
	}
	p.Cache = nil
	if got := p.record("-flto=thin", "-c", "a.c"); got.Outcome != history.NotStored || got.Why == "" {
		t.Errorf("%+v", got)
	}
	p.Keys = compile.IR
	if got := p.record("-O2", "-flto=thin", "-c", "a.c"); got.Outcome != history.Compiled {
		t.Errorf("%+v", got)
	}
}
