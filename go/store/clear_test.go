//go:build unix

package store

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host/memo"
	"thinrex/go/reapi/pb"
)

// names are a store's files without their times.
func names(t *testing.T, s *Store) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(files(t, s.root)))
}

func clearAll(t *testing.T, s *Store) (removed, left Usage) {
	t.Helper()
	removed, left, err := s.Clear(t.Context(), false)
	if err != nil || removed.Failed > 0 {
		t.Fatalf("%+v, %v", removed, err)
	}
	return removed, left
}

// write makes a file and the folders above it.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// ofBazel stores what Bazel would for an action with a file, and one with a folder.
func ofBazel(t *testing.T, s *Store, shared []byte) (paths []string) {
	t.Helper()
	blob := func(data []byte) *repb.Digest {
		d := digest.SHA256.Of(data)
		path := s.path(casFolder, d)
		write(t, path, data)
		paths = append(paths, path)
		return pb.Digest(d)
	}
	message := func(m proto.Message) []byte {
		data, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	entry := func(key string, r *repb.ActionResult) {
		path := hashed(s, acFolder, key)
		write(t, path, message(r))
		paths = append(paths, path)
	}
	entry("bazel file", &repb.ActionResult{
		OutputFiles: []*repb.OutputFile{
			{Path: "bazel-out/k8/bin/app", Digest: blob([]byte("app")), IsExecutable: true},
			{Path: "bazel-out/k8/bin/app.o", Digest: blob(shared)},
		},
		StdoutDigest: blob([]byte("stdout")),
	})
	tree := blob(message(&repb.Tree{
		Root:     &repb.Directory{Files: []*repb.FileNode{{Name: "a", Digest: blob([]byte("a"))}}},
		Children: []*repb.Directory{{Files: []*repb.FileNode{{Name: "b", Digest: blob([]byte("b"))}}}},
	}))
	entry("bazel folder", &repb.ActionResult{
		OutputDirectories: []*repb.OutputDirectory{{Path: "bazel-out/k8/bin/dir", TreeDigest: tree}},
	})
	return paths
}

// fill stores results of each kind that thinrex makes, and remembers something.
func fill(t *testing.T, s *Store) {
	t.Helper()
	mustStore(t, s, newAction("link"), newResult("code"))
	for name, key := range map[string]string{"slice.o": "slice", "m.o": "compilation"} {
		a := &action.Action{Digest: digest.SHA256.Of([]byte(key)), Outputs: []action.Output{{Name: name, Path: name}}}
		mustStore(t, s, a, &action.Result{
			Outputs: []action.OutputFile{{Name: name, Data: object(key)}},
			Began:   time.Now(),
			Ran:     time.Second,
		})
	}
	for _, size := range []int{10, 1 << 20} { // in the entry, and as a blob
		manifest := &action.Action{Digest: digest.SHA256.Of([]byte{byte(size)})}
		mustStore(t, s, manifest, &action.Result{Stdout: bytes.Repeat([]byte("m"), size)})
	}
	for _, k := range []memo.Kind{memo.CompilerAnswers, memo.PruneState} {
		if err := memo.Write(memo.Path(s.StateDir(), k, "1"), []byte("state")); err != nil {
			t.Fatal(err)
		}
	}
	digests := memo.Path(memo.OfHost(s.StateDir()), memo.SourceDigests, "ab", "cd")
	if err := memo.Write(digests, []byte("digest")); err != nil {
		t.Fatal(err)
	}
}

func TestUsage(t *testing.T) {
	s := open(t)
	fill(t, s)
	ofBazel(t, s, object("code")) // which a link has made, too
	put(t, hashed(s, casFolder, "loose"), 7, 0)
	put(t, filepath.Join(s.root, tmpFolder, "thinrex-1-2"), 5, 0)
	before := files(t, s.root)
	put(t, filepath.Join(s.root, "notes"), 1000, 0)
	put(t, filepath.Join(s.root, acFolder, "00", "notes"), 1000, 0)
	put(t, filepath.Join(s.root, stateFolder, "notes"), 1000, 0)
	u, err := s.Usage(t.Context())
	if err != nil || u.Failed > 0 {
		t.Fatal(u, err)
	}
	results, blobs := map[Kind]uint64{}, map[Kind]uint64{}
	for k := range Kind(Kinds) {
		results[k], blobs[k] = u.Results[k].Files, u.Blobs[k].Files
	}
	want := map[Kind]uint64{
		Links: 1, Compilations: 1, Slices: 1, Manifests: 2, Others: 2, Loose: 0, State: 3, Temporary: 1,
	}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Error("results:", diff)
	}
	want = map[Kind]uint64{
		Links: 0, Compilations: 1, Slices: 1, Manifests: 1, Others: 6, Loose: 1, State: 0, Temporary: 0,
	}
	if diff := cmp.Diff(want, blobs); diff != "" {
		t.Error("blobs:", diff)
	}
	if total := u.Total(); total.Files != uint64(len(before)) || u.Total(Loose, Temporary) != (Amount{2, 12}) {
		t.Errorf("%+v, want %d files", total, len(before))
	}
}

// All that thinrex has put into a folder of its own goes, and the folder itself stays. A
// link that runs then fills it again.
func TestClear(t *testing.T) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		s, err := Open(filepath.Join(t.TempDir(), "cache"), f)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s)
		put(t, s.path(casFolder, f.Of([]byte("loose"))), 7, 0)
		put(t, s.path(acFolder, f.Of([]byte("damaged"))), 7, 0)
		put(t, filepath.Join(s.dir, tmpFolder, "thinrex-1-2"), 5, 2*stale)
		before := names(t, s)
		if would, left, err := s.Clear(t.Context(), true); err != nil || would.Total().Files != uint64(len(before)) ||
			left.Total() != (Amount{}) {
			t.Errorf("dry run: %+v, %+v, %v", would, left, err)
		}
		if diff := cmp.Diff(before, names(t, s)); diff != "" {
			t.Error(diff)
		}
		removed, left := clearAll(t, s)
		if total := removed.Total(); total.Files < uint64(len(before)) || left.Total() != (Amount{}) {
			t.Errorf("%+v, left %+v, want %d", total, left.Total(), len(before))
		}
		if left, err := os.ReadDir(s.root); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
		mustStore(t, s, newAction("link"), newResult("code"))
		if lookup(t, s, newAction("link")) == nil {
			t.Error("a link doesn't fill it again")
		}
	}
}

// Of a folder that Bazel uses, too, nothing of Bazel's goes, nor what may be Bazel's.
func TestClearSharedFolder(t *testing.T) {
	s := open(t)
	kept := ofBazel(t, s, object("code"))
	loose := hashed(s, casFolder, "loose")
	put(t, loose, 7, 0)
	kept = append(kept, loose, filepath.Join(s.root, "gc", "lock"), filepath.Join(s.root, tmpFolder, "bazels"),
		filepath.Join(s.root, tmpFolder, "thinrex-1-2"), filepath.Join(s.root, stateFolder, "notes"),
		filepath.Join(s.root, acFolder, "00", "notes"))
	for _, path := range kept[len(kept)-5:] {
		put(t, path, 3, 0)
	}
	fill(t, s)
	if err := os.MkdirAll(filepath.Join(s.root, casFolder, hashFolder(0)), 0o755); err != nil {
		t.Fatal(err)
	}
	_, left := clearAll(t, s)
	var want []string
	for _, path := range kept {
		want = append(want, strings.TrimPrefix(path, s.root+"/"))
	}
	slices.Sort(want)
	if diff := cmp.Diff(slices.Compact(want), names(t, s)); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(filepath.Join(s.root, casFolder, hashFolder(0))); err != nil {
		t.Error(err) // which Bazel may rely on
	}
	if left.Total(Others).Files != 8 || left.Total(Loose).Files != 1 || left.Total(Temporary).Files != 1 {
		t.Errorf("left: %+v", left)
	}
}

// What symbolic links lead to stays, and is counted as a failure, unless it is a file.
func TestClearFollowsNoLinks(t *testing.T) {
	outside := t.TempDir()
	put(t, filepath.Join(outside, filepath.Base(hashed(&Store{}, acFolder, "x"))), 7, 0)
	put(t, filepath.Join(outside, "prune.json"), 7, 0)
	put(t, filepath.Join(outside, "thinrex-1-2"), 7, 2*stale)
	before := files(t, outside)
	for _, name := range []string{acFolder, casFolder, "tmp", "thinrex", "ac/" + hashFolder(0x2d)} {
		s := open(t)
		mustStore(t, s, newAction("kept"), newResult("kept"))
		path := filepath.Join(s.root, name)
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, path); err != nil {
			t.Fatal(err)
		}
		removed, _, err := s.Clear(t.Context(), false)
		if err == nil && removed.Failed == 0 && name != "tmp" {
			t.Errorf("%s: nothing failed", name)
		}
		if removed.Failed > 1 {
			t.Errorf("%s: %d failures", name, removed.Failed)
		}
		if diff := cmp.Diff(before, files(t, outside)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	s := open(t)
	link := hashed(s, casFolder, "x")
	put(t, hashed(s, acFolder, "x"), 7, 0)
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "prune.json"), link); err != nil {
		t.Fatal(err)
	}
	clearAll(t, s)
	if _, err := os.Lstat(link); err != nil {
		t.Error(err) // no store makes links
	}
}

// Links run while the folder is cleared all the time: they miss or get the right result,
// and never an error.
func TestClearUnderFire(t *testing.T) {
	s := open(t)
	const keys, rounds = 10, 100
	var links, clears sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		links.Go(func() {
			for i := range rounds {
				a, want := newAction(fmt.Sprint(i%keys)), newResult(fmt.Sprint(i%keys/2))
				if err := s.Store(t.Context(), a, want); err != nil {
					t.Error(err)
				}
				got, err := s.Lookup(t.Context(), a)
				if diff := cmp.Diff(want, got); err != nil || got != nil && diff != "" {
					t.Errorf("%v %s", err, diff)
				}
				if stats, err := s.Prune(t.Context(), policy(t, "prune_interval=0s"), false); err != nil || stats.Failed > 0 {
					t.Errorf("%+v, %v", stats, err)
				}
			}
		})
	}
	for range 2 {
		clears.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if removed, _, err := s.Clear(t.Context(), false); err != nil || removed.Failed > 0 {
					t.Errorf("%+v, %v", removed, err)
				}
			}
		})
	}
	links.Wait()
	close(done)
	clears.Wait()
}

// Clear ends when it is told to, also while it waits for a process that prunes.
func TestClearStopped(t *testing.T) {
	s := open(t)
	fill(t, s)
	lock, err := s.lockPruning(t.Context(), false)
	if err != nil || lock == nil {
		t.Fatal(lock, err)
	}
	defer lock.Close()
	before := names(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, _, err := s.Clear(ctx, false); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff(before, names(t, s)); diff != "" {
		t.Error(diff)
	}
	<-ctx.Done()
	if _, err := s.Usage(ctx); err == nil {
		t.Error("no error of Usage")
	}
}
