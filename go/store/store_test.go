package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
)

func object(content string) []byte { return reapitest.Object(content) }

func newAction(key string) *action.Action {
	return &action.Action{
		Digest:  digest.SHA256.Of([]byte(key)),
		Outputs: []action.Output{{Name: "m.native.o", Path: "a.native.o"}},
	}
}

func newResult(content string) *action.Result {
	return &action.Result{
		Stderr:  []byte("warning: x\n"),
		Outputs: []action.OutputFile{{Name: "m.native.o", Data: object(content)}},
	}
}

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "cache"), digest.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustStore(t *testing.T, s *Store, a *action.Action, r *action.Result) {
	t.Helper()
	if err := s.Store(t.Context(), a, r); err != nil {
		t.Fatal(err)
	}
}

func lookup(t *testing.T, s *Store, a *action.Action) *action.Result {
	t.Helper()
	r, err := s.Lookup(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRoundTrip(t *testing.T) {
	s, a := open(t), newAction("k")
	if r := lookup(t, s, a); r != nil {
		t.Fatalf("an empty store has %+v", r)
	}
	for _, stderr := range [][]byte{nil, []byte("warning\n"), bytes.Repeat([]byte("long "), 1<<15)} {
		want := newResult("code")
		want.Stderr = stderr
		mustStore(t, s, a, want)
		if diff := cmp.Diff(want, lookup(t, s, a)); diff != "" {
			t.Errorf("%d bytes of stderr: %s", len(stderr), diff)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(s.dir, tmpFolder)); len(left) > 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

// The layout is Bazel's: two-digit folders, plain hashes, an ActionResult.
func TestBazelLayout(t *testing.T) {
	s, a, r := open(t), newAction("k"), newResult("code")
	mustStore(t, s, a, r)
	data, err := os.ReadFile(filepath.Join(s.dir, "ac", a.Digest.Hash[:2], a.Digest.Hash))
	if err != nil {
		t.Fatal(err)
	}
	var p repb.ActionResult
	if err := proto.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	d := p.OutputFiles[0].Digest
	blob, err := os.ReadFile(filepath.Join(s.dir, "cas", d.Hash[:2], d.Hash))
	if err != nil || !bytes.Equal(blob, r.Outputs[0].Data) {
		t.Errorf("blob = %q, %v", blob, err)
	}
}

func TestUseIsMarked(t *testing.T) {
	s, a, r := open(t), newAction("k"), newResult("code")
	mustStore(t, s, a, r)
	files := []string{s.path(acFolder, a.Digest), s.path(casFolder, digest.SHA256.Of(r.Outputs[0].Data))}
	long := time.Now().Add(-100 * time.Hour)
	for _, f := range files {
		if err := os.Chtimes(f, long, long); err != nil {
			t.Fatal(err)
		}
	}
	lookup(t, s, a)
	for _, f := range files {
		if fi, err := os.Stat(f); err != nil || time.Since(fi.ModTime()) > time.Minute {
			t.Errorf("%s isn't marked as used: %v", f, err)
		}
	}
}

// The temporary files of killed processes go; those of Bazel, and of processes that may
// still be writing, stay.
func TestStaleFiles(t *testing.T) {
	s := open(t)
	tmp := filepath.Join(s.dir, tmpFolder)
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"thinrex-old": 2 * stale, "thinrex-new": 0, "bazels": 2 * stale} {
		path, then := filepath.Join(tmp, name), time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, nil, 0o644), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	mustStore(t, s, newAction("k"), newResult("code"))
	entries, err := os.ReadDir(tmp)
	if err != nil || len(entries) != 2 || entries[0].Name() != "bazels" || entries[1].Name() != "thinrex-new" {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			own, err := Open(s.dir, digest.SHA256) // as another process would
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 50 {
				a, want := newAction(fmt.Sprint(i)), newResult(fmt.Sprint(i))
				if err := own.Store(t.Context(), a, want); err != nil {
					t.Error(err)
				}
				got, err := own.Lookup(t.Context(), a)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%v %s", err, diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestSurvivesClearing(t *testing.T) {
	s, a := open(t), newAction("k")
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	mustStore(t, s, a, newResult("code"))
	if lookup(t, s, a) == nil {
		t.Error("not stored after the folder was cleared")
	}
}

// Files have the mode that the umask leaves, so that others may read a shared folder. A
// blob that can't be read is an error, and is replaced when its result is stored again.
func TestModes(t *testing.T) {
	s, a, r := open(t), newAction("k"), newResult("code")
	mustStore(t, s, a, r)
	probe := filepath.Join(t.TempDir(), "probe")
	if err := os.WriteFile(probe, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	want, err := os.Stat(probe)
	if err != nil {
		t.Fatal(err)
	}
	blob := s.path(casFolder, digest.SHA256.Of(r.Outputs[0].Data))
	for _, path := range []string{blob, s.path(acFolder, a.Digest)} {
		if fi, err := os.Stat(path); err != nil || fi.Mode() != want.Mode() {
			t.Errorf("%s: %v, %v, want %v", path, fi.Mode(), err, want.Mode())
		}
	}
	if err := errors.Join(os.Remove(blob), os.Mkdir(blob, 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lookup(t.Context(), a); err == nil {
		t.Error("a blob that can't be read is silently missed")
	}
	if _, err := os.Stat(s.path(acFolder, a.Digest)); err != nil {
		t.Errorf("the entry is gone: %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/thinrex"} {
		if _, err := Open(dir, digest.SHA256); err == nil {
			t.Errorf("Open(%s) succeeded", dir)
		}
	}
}
