//go:build linux

package compile_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

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
	if _, err := compile.Run(ctx, compiler, []string{"-flto=thin", "-MD", "-c", "a.c"}, p.Options); !errors.Is(err,
		context.Canceled) {
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
