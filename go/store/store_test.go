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

// Whatever is broken counts as a miss, is removed, and can be stored again.
func TestBrokenEntries(t *testing.T) {
	sound := newResult("code")
	blobDigest := digest.SHA256.Of(sound.Outputs[0].Data)
	rewrite := func(t *testing.T, path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(t *testing.T, s *Store, a *action.Action, change func(*repb.ActionResult)) {
		t.Helper()
		p, _ := sound.Proto(digest.SHA256)
		change(p)
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, s.path(acFolder, a.Digest), data)
	}
	blob := func(t *testing.T, s *Store, data []byte) *repb.Digest {
		t.Helper()
		d := digest.SHA256.Of(data)
		if err := s.put(casFolder, d, data); err != nil {
			t.Fatal(err)
		}
		return d.Proto()
	}
	for name, damage := range map[string]func(t *testing.T, s *Store, a *action.Action){
		"entry not a message": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(acFolder, a.Digest), []byte("\xff\xff\xff"))
		},
		"entry empty": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(acFolder, a.Digest), nil)
		},
		"entry truncated": func(t *testing.T, s *Store, a *action.Action) {
			data, _ := os.ReadFile(s.path(acFolder, a.Digest))
			rewrite(t, s.path(acFolder, a.Digest), data[:len(data)/2])
		},
		"blob gone": func(t *testing.T, s *Store, a *action.Action) {
			os.Remove(s.path(casFolder, blobDigest))
		},
		"blob truncated": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(casFolder, blobDigest), sound.Outputs[0].Data[:10])
		},
		"blob of the same size": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(casFolder, blobDigest), bytes.ToUpper(sound.Outputs[0].Data))
		},
		"failed compilation": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.ExitCode = 1 })
		},
		"empty object": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(casFolder, digest.SHA256.Of(nil)), nil)
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest = digest.SHA256.Of(nil).Proto() })
		},
		"not an object": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) {
				p.OutputFiles[0].Digest = blob(t, s, []byte("this is a text and not an object"))
			})
		},
		"half an object": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest = blob(t, s, sound.Outputs[0].Data[:100]) })
		},
		"undeclared output": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Path = "../x" })
		},
		"no output": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles = nil })
		},
		"hash leads elsewhere": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest.Hash = "../../../../etc/passwd" })
		},
		"no digest": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest = nil })
		},
		"symlink output": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) {
				p.OutputSymlinks = []*repb.OutputSymlink{{Path: "m.native.o", Target: "/etc/passwd"}}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, a := open(t), newAction("k")
			mustStore(t, s, a, sound)
			if err := os.MkdirAll(filepath.Dir(s.path(casFolder, digest.SHA256.Of(nil))), 0o755); err != nil {
				t.Fatal(err)
			}
			damage(t, s, a)
			if r := lookup(t, s, a); r != nil {
				t.Fatalf("a hit: %+v", r)
			}
			if _, err := os.Stat(s.path(acFolder, a.Digest)); err == nil {
				t.Error("the entry is still there")
			}
			mustStore(t, s, a, sound)
			if diff := cmp.Diff(sound, lookup(t, s, a)); diff != "" {
				t.Errorf("after storing it again: %s", diff)
			}
		})
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

// What a killed process has left goes, what another one is writing stays.
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

// What others may read under this umask, they can; what can't be read is an
// error, and is replaced when the result is stored again.
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
