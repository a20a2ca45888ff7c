package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/action"
)

// The least recently used files go first. An entry goes before a blob that was used at
// about the same time. Files that were used within the last hour stay.
func TestPruneLimits(t *testing.T) {
	// In the order in which they go.
	all := []string{"month", "b3month", "acweek", "week", "2d", "acday", "day", "b3day", "ac2h", "2h", "hour", "new"}
	for p, gone := range map[string]int{
		off:                                0,
		"":                                 4, // lld's own: a week
		"prune_after=24h:cache_size=0%":    5, // it may have been used up to ten minutes after its mark
		"prune_after=1s:cache_size=100%":   10,
		off + "cache_size_files=11":        1,
		off + "cache_size_files=9":         3,
		off + "cache_size_files=1":         10,
		off + "cache_size_files=12":        0,
		off + "cache_size_bytes=7810":      0,
		off + "cache_size_bytes=7809":      1,
		off + "cache_size_bytes=7300":      2,
		off + "cache_size_bytes=4k":        7,
		off + "cache_size_bytes=1":         10,
		off + "cache_size_bytes=1g":        0,
		off + "prune_after=600h":           2,
		off + "cache_size=99%":             0,
		"cache_size_files=2:prune_after=1": -1,
	} {
		t.Run(strings.TrimPrefix(p, off), func(t *testing.T) {
			if gone < 0 {
				if _, err := ParsePolicy(p); err == nil {
					t.Fatal("parsed")
				}
				return
			}
			s := open(t)
			paths := aged(t, s)
			would, err := s.DryRun(t.Context(), policy(t, p))
			if err != nil || len(files(t, s.root)) != len(paths) {
				t.Fatalf("dry run: %v; left %v", err, files(t, s.root))
			}
			stats := prune(t, s, p)
			if diff := cmp.Diff(stats, would); diff != "" {
				t.Errorf("in a dry run: %s", diff)
			}
			const bytes = 7810 // of all files
			want := Stats{
				Ran:     true,
				Removed: Amount{uint64(gone), stats.Removed.Bytes},
				Spared:  stats.Spared,
				Left:    Amount{uint64(len(all) - gone), bytes - stats.Removed.Bytes},
			}
			if stats != want {
				t.Errorf("%+v", stats)
			}
			var left []string
			for _, name := range all {
				if _, err := os.Stat(paths[name]); err == nil {
					left = append(left, name)
				}
			}
			if diff := cmp.Diff(all[gone:], left); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the limit, no entry is left whose blobs are gone, though the times of files are
// only updated every ten minutes.
func TestPruneKeepsResultsWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := open(t)
	actions := map[string]*action.Action{}
	for i := range 40 {
		key := fmt.Sprint(i)
		a, r := newAction(key), newResult(fmt.Sprint(i/2)) // two share their blobs
		r.Stderr = []byte(strings.Repeat(key, 4000))
		actions[key] = a
		mustStore(t, s, a, r)
	}
	then := time.Now().Add(-100 * time.Hour) // one for all, or marks would lag by this loop's time as well
	for path := range files(t, s.root) {
		used := then.Add(time.Duration(random.Int64N(int64(touchAfter))))
		if err := os.Chtimes(filepath.Join(s.root, path), used, used); err != nil {
			t.Fatal(err)
		}
	}
	left := len(files(t, s.root))
	for limit := left; limit > 0; limit -= 3 {
		stats := prune(t, s, fmt.Sprintf("%scache_size_files=%d", off, limit))
		if want := uint64(max(0, left-limit)); stats.Removed.Files > want {
			t.Errorf("removed %d of %d for a limit of %d", stats.Removed.Files, left, limit)
		}
		left -= int(stats.Removed.Files)
		for key, a := range actions {
			before := files(t, s.root)
			_, stored := before[strings.TrimPrefix(s.path(acFolder, a.Digest), s.root+"/")]
			r, err := s.Lookup(t.Context(), a)
			if err != nil || stored != (r != nil) {
				t.Fatalf("limit %d: %s is stored: %v; hit: %v, %v", limit, key, stored, r != nil, err)
			}
			for path, then := range before { // undo the mark of use
				if err := os.Chtimes(filepath.Join(s.root, path), then, then); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// cache_size is a share of the free space and the cache's size together. The files here
// are sparse, so that they take no space.
func TestPruneToShareOfDisk(t *testing.T) {
	s := open(t)
	free, err := FreeSpace(s.root)
	if err != nil {
		t.Fatal(err)
	}
	size := int64(4*free + 1<<30)
	for i, name := range []string{"new", "day", "week", "month"} {
		path := hashed(s, casFolder, name)
		put(t, path, 0, 0)
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		mark(t, path, time.Duration(i)*24*time.Hour)
	}
	for _, step := range []struct {
		percent int
		removed uint64
	}{{100, 0}, {0, 0}, {75, 1}, {70, 1}, {10, 1}, {1, 0}} {
		stats := prune(t, s, fmt.Sprintf("%scache_size=%d%%", off, step.percent))
		if stats.Removed != (Amount{step.removed, step.removed * uint64(size)}) {
			t.Errorf("%d%%: %+v", step.percent, stats)
		}
	}
	if _, err := os.Stat(hashed(s, casFolder, "new")); err != nil {
		t.Error(err)
	}
}

// Only files that a store has made are removed: the folder may be shared with Bazel, or
// may be the wrong one.
func TestPruneLeavesOthers(t *testing.T) {
	s := open(t)
	old := 10000 * time.Hour
	hash := filepath.Base(hashed(s, acFolder, "x"))
	var want []string
	for _, name := range []string{
		"gc/lock", "tmp/1c3f-bazels", "thinrex/digests-host", "thinrex/other.json", "README", hash, "ac/" + hash,
		"ac/x/" + hash, "ac/" + hash[:2] + "/" + hash + ".tmp", "ac/" + hash[:2] + "/" + hash[:40],
		"ac/" + hash[:2] + "/" + strings.ToUpper(hash), "cas/zz/" + hash, "cas/" + hash[:2] + "/" + "00" + hash[2:],
		"sha512/cas/" + hash[:2] + "/" + hash, "cas/" + hash[:2] + "/notes.txt",
		"blake3/tmp/thinrex-new",
	} {
		put(t, filepath.Join(s.root, name), 10, old)
		want = append(want, name)
	}
	mark(t, filepath.Join(s.root, "blake3/tmp/thinrex-new"), 0)
	mark(t, filepath.Join(s.root, "thinrex/digests-host"), 24*time.Hour) // kept for a month
	for _, name := range []string{"tmp/thinrex-1-f", "blake3/tmp/thinrex-1-f"} {
		put(t, filepath.Join(s.root, name), 10, 2*stale)
	}
	if err := os.MkdirAll(hashed(s, casFolder, "directory"), 0o755); err != nil {
		t.Fatal(err)
	}
	link := hashed(s, casFolder, "link")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	want = append(want, strings.TrimPrefix(link, s.root+"/"), "thinrex/prune.lock", "thinrex/prune.json")
	stats := prune(t, s, "prune_after=1s:cache_size_bytes=1:cache_size_files=1")
	if stats.Removed.Files+stats.Left.Files > 0 {
		t.Errorf("%+v", stats)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files(t, s.root)))); diff != "" {
		t.Error(diff)
	}
}

// A file system without locks is named, with what to do.
func TestFileSystemWithoutLocks(t *testing.T) {
	for err, want := range map[error]string{
		syscall.ENOSYS:     "the file system of /c/thinrex has no locks",
		syscall.EOPNOTSUPP: "the file system of /c/thinrex has no locks",
		syscall.ENOLCK:     "the file system of /c/thinrex has no locks",
		syscall.EIO:        "lock /c/thinrex/prune.lock: ",
	} {
		got := explainLock("/c/thinrex/prune.lock", err)
		if !strings.HasPrefix(got.Error(), want) || !errors.Is(got, err) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
