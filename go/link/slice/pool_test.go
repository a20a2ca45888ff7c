package slice_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"thinrex/go/link/slice"
)

// The test's own program plays thinrex-slicer: its argument, where thinrex-slicer gets the
// library, says how it behaves.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if behave, ok := behaviours[os.Args[1]]; ok {
			behave()
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

// serve cuts as its argument says.
func serve(cut func(slice.Request) ([]byte, error)) func() {
	able := slice.Abilities{LLVM: "22.1.8", Cut: cut, List: list}
	return func() {
		_ = slice.Serve(os.Stdin, os.Stdout, func() (slice.Abilities, error) { return able, nil })
	}
}

// list gives a module one value, and refuses one of which it gives no name.
func list(path string) ([]slice.Value, error) {
	if path == "empty.o" {
		return nil, errors.New("it has no values")
	}
	return []slice.Value{{Name: path, Kind: slice.Function, Digest: "7"}}, nil
}

var behaviours = map[string]func(){
	"echo": serve(func(r slice.Request) ([]byte, error) {
		switch filepath.Base(r.Path) {
		case "refused.o":
			return nil, errors.New("it has an IFUNC")
		case "deadly.o":
			os.Stderr.WriteString("LLVM ERROR: out of luck\n")
			os.Exit(134)
		case "endless.o":
			select {}
		}
		return []byte(strings.Repeat("x", len(r.Keep)) + r.Path), nil
	}),
	"garbage": func() { os.Stdout.WriteString("hello, this is no slicer\n") },
	"silent":  func() { select {} },
	"starting": func() { // a child that holds the output open
		cmd := exec.Command("sleep", "1000")
		cmd.Stdout = os.Stdout
		_ = cmd.Run()
	},
	"dying":      func() { os.Stderr.WriteString("cannot load\n"); os.Exit(1) },
	"announcing": func() { os.Stdout.Write([]byte("V\xff\xff\xff\xff")) },
	"unable": func() {
		_ = slice.Serve(os.Stdin, os.Stdout, func() (slice.Abilities, error) {
			return slice.Abilities{}, errors.New("no function LLVMRunPasses")
		})
	},
}

func newPool(t *testing.T, behaviour string, edits ...func(*slice.Options)) *slice.Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := slice.Options{Program: self, Library: behaviour, Processes: 2, Timeout: time.Minute}
	for _, edit := range edits {
		edit(&o)
	}
	p := slice.NewPool(o)
	t.Cleanup(func() { p.Close() })
	return p
}

func TestSlice(t *testing.T) {
	p := newPool(t, "echo")
	got, err := p.Slice(t.Context(), slice.Request{Path: "a.o", Keep: []uint64{1, 2, 3}})
	if string(got) != "xxxa.o" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestValues(t *testing.T) {
	p := newPool(t, "echo")
	got, err := p.Values(t.Context(), "a.o")
	if want := []slice.Value{{Name: "a.o", Kind: slice.Function, Digest: "7"}}; !slices.Equal(got, want) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	_, err = p.Values(t.Context(), "empty.o")
	if _, ok := errors.AsType[*slice.Refusal](err); !ok {
		t.Errorf("%v", err)
	}
}

// After the processes without a request were ended, a request starts another one.
func TestEndIdle(t *testing.T) {
	p := newPool(t, "echo", func(o *slice.Options) { o.Processes = 1 })
	p.EndIdle()
	for range 2 {
		got, err := p.Slice(t.Context(), slice.Request{Path: "a.o"})
		if string(got) != "a.o" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		p.EndIdle()
	}
}

// A module for which a process dies, hangs or refuses isn't tried again; others are cut.
func TestOneModuleFails(t *testing.T) {
	for path, want := range map[string]string{
		"refused.o": "refused.o is not cut: it has an IFUNC",
		"deadly.o":  "deadly.o is not cut: thinrex-slicer died: LLVM ERROR: out of luck",
		"endless.o": "endless.o is not cut: thinrex-slicer took longer than 2s",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, "echo", func(o *slice.Options) { o.Timeout = 2 * time.Second })
			for range 2 {
				_, err := p.Slice(t.Context(), slice.Request{Path: path})
				if _, ok := errors.AsType[*slice.Refusal](err); !ok || err.Error() != want {
					t.Errorf("%v, want %s", err, want)
				}
			}
			if got, err := p.Slice(t.Context(), slice.Request{Path: "a.o"}); string(got) != "a.o" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// Without a thinrex-slicer beside this program, an error says where it was looked for.
func TestFindProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	wanted := filepath.Join(filepath.Dir(self), "thinrex-slicer")
	if path, err := slice.FindProgram(); err == nil || !strings.Contains(err.Error(), "there is no "+wanted) {
		t.Errorf("%q, %v", path, err)
	}
	if err := os.WriteFile(wanted, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(wanted)
	if path, err := slice.FindProgram(); path != wanted || err != nil {
		t.Errorf("%q, %v", path, err)
	}
}

// What ails all requests is one kind of error.
func TestUnavailable(t *testing.T) {
	for name, edit := range map[string]func(*slice.Options){
		"no such program": func(o *slice.Options) { o.Program = filepath.Join(t.TempDir(), "none") },
		"no loader": func(o *slice.Options) {
			o.Program = filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(o.Program, []byte("#!/no/such/loader\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"garbage":         func(o *slice.Options) { o.Library = "garbage" },
		"silent":          func(o *slice.Options) { o.Library, o.Timeout = "silent", time.Second },
		"starting":        func(o *slice.Options) { o.Library, o.Timeout = "starting", time.Second },
		"dying":           func(o *slice.Options) { o.Library = "dying" },
		"announcing":      func(o *slice.Options) { o.Library = "announcing" },
		"unable":          func(o *slice.Options) { o.Library = "unable" },
		"another version": func(o *slice.Options) { o.Version = "23.1.4" },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPool(t, "echo", edit)
			for range 2 {
				if _, err := p.Slice(t.Context(), slice.Request{Path: "a.o"}); !errors.Is(err, slice.ErrUnavailable) {
					t.Error(err)
				}
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	p := newPool(t, "echo")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := p.Slice(ctx, slice.Request{Path: "endless.o"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got, err := p.Slice(t.Context(), slice.Request{Path: "a.o"}); string(got) != "a.o" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Close ends requests that are being served, and all later ones.
func TestCloseWhileBusy(t *testing.T) {
	p := newPool(t, "echo")
	failed := make(chan error)
	for range 4 {
		go func() {
			_, err := p.Slice(t.Context(), slice.Request{Path: "endless.o"})
			failed <- err
		}()
	}
	time.Sleep(100 * time.Millisecond)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	for range 4 {
		if err := <-failed; !errors.Is(err, slice.ErrUnavailable) {
			t.Error(err)
		}
	}
	if _, err := p.Slice(t.Context(), slice.Request{Path: "a.o"}); !errors.Is(err, slice.ErrUnavailable) {
		t.Error(err)
	}
}

// A slicer for which every module is deadly is given up.
func TestManyDeaths(t *testing.T) {
	p := newPool(t, "echo")
	for i := range 100 {
		_, err := p.Slice(t.Context(), slice.Request{Path: filepath.Join(string(rune('a'+i)), "deadly.o")})
		if errors.Is(err, slice.ErrUnavailable) {
			if i < 3 {
				t.Errorf("given up after %d", i)
			}
			return
		}
	}
	t.Error("not given up")
}
