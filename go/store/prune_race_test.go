package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// While one process prunes, others don't; a forced one waits for it.
func TestPruneOneAtATime(t *testing.T) {
	s := open(t)
	victim := hashed(s, casFolder, "old")
	put(t, victim, 1, 1000*time.Hour)
	path := s.stateFile(memo.PruneLock)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	other := flock.New(path)
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	if stats, err := s.Prune(t.Context(), policy(t, ""), false); err != nil || stats.Ran {
		t.Errorf("unforced: %+v, %v", stats, err)
	}
	if would, err := s.DryRun(t.Context(), policy(t, "")); err != nil || would.Removed.Files != 1 {
		t.Errorf("dry run: %+v, %v", would, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if stats, err := s.Prune(ctx, policy(t, ""), true); !errors.Is(err, context.DeadlineExceeded) || stats.Ran {
		t.Errorf("forced, without the time to wait: %+v, %v", stats, err)
	}
	if _, err := os.Stat(victim); err != nil {
		t.Error(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if stats, err := s.Prune(t.Context(), policy(t, ""), true); err != nil || stats.Removed.Files != 1 {
			t.Errorf("forced: %+v, %v", stats, err)
		}
	})
	if err := other.Unlock(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestPruneManyAtOnce(t *testing.T) {
	s := open(t)
	const n = 500
	for i := range n {
		put(t, hashed(s, casFolder, fmt.Sprint(i)), 10, 1000*time.Hour)
	}
	var removed atomic.Uint64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			own, err := Open(s.root, digest.SHA256) // as another process would
			if err != nil {
				t.Error(err)
				return
			}
			stats, err := own.Prune(t.Context(), policy(t, "prune_interval=0s"), i%2 == 0)
			if err != nil || stats.Failed > 0 {
				t.Errorf("%+v, %v", stats, err)
			}
			removed.Add(stats.Removed.Files)
		})
	}
	wg.Wait()
	if removed.Load() != n {
		t.Errorf("%d files removed", removed.Load())
	}
}

// Links run while all files that they haven't just used are removed: they miss or get the
// right result, and never an error. A goroutine makes files look old, so that any file may
// go at any time.
func TestPruneUnderFire(t *testing.T) {
	s := open(t)
	const keys, rounds = 10, 150
	p := policy(t, "prune_after=1s:cache_size_files=1")
	var removed atomic.Uint64
	var links, others sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		links.Go(func() {
			own, err := Open(s.root, digest.SHA256)
			if err != nil {
				t.Error(err)
				return
			}
			for i := 0; i < rounds || (removed.Load() == 0 && !t.Failed()); i++ {
				a, want := newAction(fmt.Sprint(i%keys)), newResult(fmt.Sprint(i%keys/2))
				if err := own.Store(t.Context(), a, want); err != nil {
					t.Error(err)
				}
				got, err := own.Lookup(t.Context(), a)
				if diff := cmp.Diff(want, got); err != nil || (got != nil && diff != "") {
					t.Errorf("%v %s", err, diff)
				}
			}
		})
	}
	until := func(do func()) func() {
		return func() {
			for {
				select {
				case <-done:
					return
				default:
					do()
				}
			}
		}
	}
	for range 2 {
		others.Go(until(func() {
			stats, err := s.Prune(t.Context(), p, true)
			if err != nil || stats.Failed > 0 {
				t.Errorf("%+v, %v", stats, err)
			}
			removed.Add(stats.Removed.Files)
		}))
	}
	// One time for all: a file whose time changes after the scan looks used.
	then := time.Now().Add(-48 * time.Hour)
	others.Go(until(func() {
		paths, _ := filepath.Glob(filepath.Join(s.root, "[ac]*", "*", "*"))
		for _, path := range paths {
			_ = os.Chtimes(path, then, then) // gone already
		}
	}))
	links.Wait()
	close(done)
	others.Wait()
}

// Files that a link uses are kept under any policy, by its own process and by others.
func TestPruneSparesTheUsed(t *testing.T) {
	s, a, r := open(t), newAction("k"), newResult("code")
	all := func() []string {
		return []string{s.path(acFolder, a.Digest), s.path(casFolder, digest.SHA256.Of(r.Outputs[0].Data))}
	}
	mustStore(t, s, a, r)
	for name, use := range map[string]func(){
		"stored":       func() {},
		"looked up":    func() { lookup(t, s, a) },
		"stored again": func() { mustStore(t, s, a, r) },
	} {
		if name != "stored" {
			for _, path := range all() {
				mark(t, path, 1000*time.Hour)
			}
		}
		use()
		stats := prune(t, s, "prune_after=1s:cache_size_bytes=1:cache_size_files=1")
		if stats.Removed.Files > 0 || stats.Spared.Files == 0 || lookup(t, s, a) == nil {
			t.Errorf("%s: %+v", name, stats)
		}
	}
}

func BenchmarkPrune(b *testing.B) {
	const n = 200_000
	s, err := Open(b.TempDir(), digest.SHA256)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		put(b, hashed(s, [...]string{acFolder, casFolder}[i%2], fmt.Sprint(i)), 100, 100*time.Hour)
	}
	b.Run("nothing to remove", func(b *testing.B) {
		for b.Loop() {
			prune(b, s, off+"cache_size_files=200000")
		}
	})
	b.Run("a link, within 50 ms", func(b *testing.B) {
		for b.Loop() {
			ctx, cancel := context.WithTimeout(b.Context(), 50*time.Millisecond)
			if _, err := s.Prune(ctx, policy(b, "prune_interval=0s"), false); err != nil {
				b.Fatal(err)
			}
			cancel()
		}
	})
	b.Run("not due", func(b *testing.B) {
		p := policy(b, "")
		for b.Loop() {
			if _, err := s.Prune(b.Context(), p, false); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("removing a tenth", func(b *testing.B) {
		left := n
		for b.Loop() {
			left -= n / 10
			stats := prune(b, s, fmt.Sprintf("%scache_size_files=%d", off, max(left, 1)))
			if stats.Removed.Files > n/10 {
				b.Fatalf("%+v", stats)
			}
		}
	})
}
