//go:build linux

package compile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"thinrex/go/action"
	"thinrex/go/compile"
)

// What changes between the key and the end of the compilation isn't stored.
func TestChangedMeanwhile(t *testing.T) {
	files := map[string]string{"a.c": "#include <a.h>\nint v = A;\n", "inc/a.h": "#define A 1\n", "first/.keep": ""}
	args := []string{"-flto=thin", "-Ifirst", "-Iinc", "-c", "a.c", "-o", "a.o"}
	for name, change := range map[string]map[string]string{
		"source":  {"a.c": "#include <a.h>\nint v = A+1;\n"},
		"header":  {"inc/a.h": "#define A 2\n"},
		"shadow":  {"first/a.h": "#define A 3\n"},
		"renamed": {"inc/a.h": "-> ../first/.keep"},
		"nothing": {},
	} {
		t.Run(name, func(t *testing.T) {
			for {
				p := newProject(t, files)
				said, ended := "", make(chan struct{})
				go func() {
					defer close(ended)
					_, said = p.cached(args)
				}()
				met := p.whileCompiling(ended, func() {
					for path := range change {
						os.Remove(path)
					}
					p.write(change)
				})
				<-ended
				if !met {
					continue // the compiler was faster
				}
				if strings.Contains(said, "not stored") == (name == "nothing") {
					t.Errorf("%q", said)
				}
				return
			}
		})
	}
}

// whileCompiling calls change when the compiler has read its files and before
// it has ended. In the place of its depfile it finds a pipe, which holds it.
func (p *project) whileCompiling(ended chan struct{}, change func()) bool {
	var depfile string
	for depfile == "" {
		select {
		case <-ended:
			return false
		default:
		}
		// By its first name: a pipe in one that is being removed would hold us.
		if now, _ := filepath.Glob(filepath.Join(p.Sandbox, "thinrex-work-*", "job-*", "now")); len(now) > 0 {
			depfile = filepath.Join(filepath.Dir(now[0]), "m.d")
		}
	}
	if err := syscall.Mkfifo(depfile, 0o600); err != nil {
		return false
	}
	from, err := os.Open(depfile)
	if err != nil {
		p.Error(err)
		return false
	}
	change()
	content, err := io.ReadAll(from)
	from.Close() // so that the next to read isn't us
	if err != nil {
		p.Error(err)
	}
	if err := os.WriteFile(depfile, content, 0); err != nil { // once we are asked for it
		p.Error(err)
	}
	return true
}

// Many compilations at once, of one source and of several, in one folder.
func TestParallel(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"a.h\"\nint v = A + N;\n", "a.h": "#define A 1\n"})
	p.Verbose = func(string, ...any) {}
	want := map[string]string{}
	args := func(n string) []string {
		return []string{"-flto=thin", "-DN=" + n, "-MD", "-c", "a.c", "-o", "a" + n + ".o"}
	}
	for _, n := range []string{"1", "2", "3"} {
		want["a"+n+".o"] = p.plain(args(n)).files["a"+n+".o"]
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i := range 200 {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			n := string(rune('1' + i%3))
			if _, err := compile.Run(t.Context(), compiler, args(n), p.Options); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := p.snapshot()
	for name, data := range want {
		if got[name] != data {
			t.Errorf("%s differs", name)
		}
	}
	if len(got) != 2+3+3 {
		t.Errorf("%d files are left", len(got))
	}
	p.want("", args("2")...)
}

// A cache that can't be used costs hits, nothing else.
func TestUnusableCache(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v;\n"})
	p.Cache = broken{}
	p.StateDir = "/proc/absent"
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("can't write to the cache", args...)
	p.Cache, p.StateDir = nil, ""
	p.want("compiled", args...)
	p.want("compiled", args...)
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Lookup(context.Context, *action.Action) (*action.Result, error) { return nil, errBroken }
func (broken) Store(context.Context, *action.Action, *action.Result) error    { return errBroken }

// What another machine has stored is found, and kept here.
func TestSecondCache(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"a.h\"\nint v = A;\n", "a.h": "#define A 1\n"})
	remote := newProject(t, nil).Cache
	p.Chdir(p.Dir)
	args := []string{"-flto=thin", "-MD", "-c", "a.c"}
	p.Remote = func() action.Cache { return remote }
	p.want("compiled", args...)
	empty := newProject(t, nil)
	p.Chdir(p.Dir)
	p.Cache, p.StateDir = empty.Cache, empty.StateDir
	p.want("remote hit", args...)
	p.Remote = func() action.Cache { return nil }
	p.want("hit", args...)
}

// Another compiler, or another version in the same place.
func TestCompilerUpgrade(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v;\n"})
	bin := p.TempDir()
	real, err := filepath.EvalSymlinks("/usr/bin/clang-22")
	if err != nil {
		t.Fatal(err)
	}
	p.Env = append(os.Environ(), "LD_LIBRARY_PATH="+filepath.Join(filepath.Dir(real), "../lib"))
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("compiled", args...)
	data, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	// Bytes after its end change a program's identity, not what it does.
	p.write(map[string]string{filepath.Join(bin, "clang-22"): string(data) + "patched"})
	if err := os.Chmod(filepath.Join(bin, "clang-22"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func() string {
		var said string
		o := p.Options
		o.Verbose = func(format string, a ...any) { said += fmt.Sprintf(format, a...) }
		if _, err := compile.Run(t.Context(), filepath.Join(bin, "clang-22"), append(args, "-resource-dir=/usr/lib/llvm-22/lib/clang/22"), o); err != nil {
			t.Fatal(err)
		}
		return said
	}
	first := run()
	if !strings.Contains(first, "compiled") || strings.Contains(first, "hit") {
		t.Errorf("another compiler: %q", first)
	}
	if again := run(); !strings.Contains(again, "hit") {
		t.Errorf("again: %q", again)
	}
	p.write(map[string]string{filepath.Join(bin, "clang-22"): string(data) + "patched again"})
	if upgraded := run(); strings.Contains(upgraded, "hit") {
		t.Errorf("upgraded: %q", upgraded)
	}
}

// What leads to a compiler may do anything. A script isn't even asked.
func TestWrapper(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "int v;\n", "wrap.c": "#include <unistd.h>\nint main(int n, char **args) { return execvp(\"clang-22\", args); }\n",
	})
	bin := p.TempDir()
	script, program, asked := filepath.Join(bin, "script"), filepath.Join(bin, "program"), filepath.Join(bin, "asked")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n>"+asked+"\nexec clang-22 \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(compiler, "wrap.c", "-o", program).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for wrapper, reason := range map[string]string{script: script + " is a script", program: program + " isn't a clang, but may start one"} {
		_, err := compile.Run(t.Context(), wrapper, []string{"-flto=thin", "-c", "a.c"}, p.Options)
		if plain := (*compile.NotCached)(nil); !errors.As(err, &plain) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", wrapper, err)
		}
	}
	if _, err := os.Stat(asked); err == nil {
		t.Error("the script was run")
	}
}

// Nothing is left when a compilation is stopped.
func TestStopped(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"fifo\"\n", "a.o": "old"})
	if err := syscall.Mkfifo("fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	opened := make(chan *os.File, 1)
	go func() {
		defer cancel()
		f, err := os.OpenFile("fifo", os.O_WRONLY, 0) // once the compiler reads
		if err != nil {
			t.Error(err)
		}
		opened <- f
	}()
	if _, err := compile.Run(ctx, compiler, []string{"-flto=thin", "-MD", "-c", "a.c"}, p.Options); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	(<-opened).Close()
	if got := p.snapshot(); len(got) != 2 || got["a.o"] != "old" {
		t.Errorf("left: %q", got)
	}
	if left, err := os.ReadDir(p.Sandbox); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}
