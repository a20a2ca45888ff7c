//go:build linux

package compile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/compile"
	"thinrex/go/digest"
	"thinrex/go/internal/quick"
	"thinrex/go/store"
)

// A project is a folder with sources, in which the test runs, and a cache.
type project struct {
	testing.TB
	compile.Options
	compiler string
	said     []string
}

const compiler = "clang-22"

func newProject(t testing.TB, files map[string]string) *project {
	t.Helper()
	quick.Skip(t, "compiles with clang")
	cache, err := store.Open(t.TempDir(), digest.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	p := &project{TB: t, compiler: compiler}
	p.Options = compile.Options{
		Cache:    cache,
		StateDir: filepath.Join(cache.StateDir(), "cc"),
		Sandbox:  t.TempDir(),
		Env:      os.Environ(),
		Verbose:  func(format string, args ...any) { p.said = append(p.said, fmt.Sprintf(format, args...)) },
		CPUTime:  func() time.Duration { return 0 }, // what is cached isn't to depend on the machine
	}
	p.enter(files)
	return p
}

// enter goes to a new folder with the same cache.
func (p *project) enter(files map[string]string) {
	p.Helper()
	p.Dir = p.TempDir()
	p.Chdir(p.Dir)
	p.write(files)
}

func (p *project) write(files map[string]string) {
	p.Helper()
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			p.Fatal(err)
		}
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			if err := os.Symlink(target, name); err != nil {
				p.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			p.Fatal(err)
		}
	}
}

// snapshot returns the content of all files of the folder.
func (p *project) snapshot() map[string]string {
	p.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return files
}

// A run is what a compilation left: its words and all files of the folder.
type run struct {
	code           int
	stdout, stderr string
	files          map[string]string
}

// plain compiles without a cache, and restores the folder.
func (p *project) plain(args []string) run {
	p.Helper()
	before := p.snapshot()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(p.compiler, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &stdout, &stderr, p.Env
	err := cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		p.Fatal(err)
	}
	r := run{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), p.snapshot()}
	p.restore(before)
	return r
}

func (p *project) restore(files map[string]string) {
	p.Helper()
	now := p.snapshot()
	for name := range now {
		if _, ok := files[name]; !ok {
			if err := os.Remove(name); err != nil {
				p.Fatal(err)
			}
		}
	}
	for name, content := range files {
		if now[name] != content {
			p.write(map[string]string{name: content})
		}
	}
}

// cached compiles through the cache, restores the folder, and returns what
// was said about it: hit, compiled, or why not.
func (p *project) cached(args []string) (r run, verdict string) {
	p.Helper()
	before := p.snapshot()
	p.said = nil
	outcome, err := compile.Run(p.Context(), p.compiler, args, p.Options)
	if why, ok := errors.AsType[*compile.NotCached](err); ok {
		if after := p.snapshot(); !maps.Equal(before, after) {
			p.Errorf("%q: wrote files before it gave up: %v", args, why)
		}
		return r, why.Reason
	}
	if err != nil {
		p.Fatalf("%q: %v", args, err)
	}
	r = run{outcome.ExitCode, string(outcome.Stdout), string(outcome.Stderr), p.snapshot()}
	p.restore(before)
	if len(p.said) > 0 {
		_, verdict, _ = strings.Cut(strings.Join(p.said, "; "), ": ")
	}
	return r, verdict
}

// want runs the compilation through the cache, checks what was said of it, and
// compares what it left with what the compiler itself leaves.
func (p *project) want(verdict string, args ...string) {
	p.Helper()
	want := p.plain(args)
	got, said := p.cached(args)
	if !strings.Contains(said, verdict) {
		p.Fatalf("%q: %q, want %q", args, said, verdict)
	}
	if verdict != "hit" && verdict != "compiled" && got.files == nil {
		return // the caller would run the compiler
	}
	p.compare(args, got, want)
}

func (p *project) compare(args []string, got, want run) {
	p.Helper()
	if got.code != want.code || got.stdout != want.stdout || got.stderr != want.stderr {
		p.Errorf("%q: exit code %d, words %q %q; the compiler: %d, %q %q",
			args, got.code, got.stdout, got.stderr, want.code, want.stdout, want.stderr)
	}
	for _, name := range slices.Sorted(maps.Keys(want.files)) {
		content, ok := got.files[name]
		switch {
		case !ok:
			p.Errorf("%q: %s is missing", args, name)
		case content != want.files[name] && !strings.HasSuffix(name, ".json"):
			p.Errorf("%q: %s differs", args, name)
		}
	}
	for name := range got.files {
		if _, ok := want.files[name]; !ok {
			p.Errorf("%q: %s is one too many", args, name)
		}
	}
}
