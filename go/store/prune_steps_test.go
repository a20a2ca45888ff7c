package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// A store of either digest function prunes the whole folder, at most once in each
// prune_interval unless it is forced.
func TestPruneInterval(t *testing.T) {
	s := open(t)
	b3, err := Open(s.root, digest.BLAKE3)
	if err != nil {
		t.Fatal(err)
	}
	state := s.stateFile(memo.PruneState)
	for i, step := range []struct {
		name string
		age  time.Duration // of the last run
		p    string
		s    *Store
		runs bool
	}{
		{"first", 0, "", s, true},
		{"just now", time.Minute, "", s, false},
		{"the other function", time.Minute, "", b3, false},
		{"longer ago", 21 * time.Minute, "", b3, true},
		{"own interval", 21 * time.Minute, "prune_interval=1h", s, false},
		{"always due", 0, "prune_interval=0s", s, true},
		{"in the future", -time.Hour, "", s, true},
		{"another clock", -time.Minute, "", s, false},
		{"no limits", time.Hour, off, s, false},
	} {
		victim := hashed(s, casFolder, step.name)
		put(t, victim, 1, 1000*time.Hour)
		if i > 0 {
			mark(t, state, step.age)
		}
		stats, err := step.s.Prune(t.Context(), policy(t, step.p), false)
		_, left := os.Stat(victim)
		if err != nil || stats.Ran != step.runs || (left != nil) != step.runs {
			t.Errorf("%s: %+v, %v; victim: %v", step.name, stats, err, left)
		}
		if fi, err := os.Stat(state); step.runs && (err != nil || time.Since(fi.ModTime()) > time.Minute) {
			t.Errorf("%s: the time isn't kept: %v", step.name, err)
		}
	}
	if stats := prune(t, s, ""); stats.Removed.Files == 0 {
		t.Errorf("forced: %+v", stats)
	}
}

// A damaged prune.json doesn't keep a store from pruning.
func TestPruneDamagedState(t *testing.T) {
	for _, state := range []string{
		"", "x", "{}", `{"next":-1}`, `{"next":256}`, `{"known":300}`, `{"left":257}`, `{"left":9,"next":250}`,
		`{"known":256,"next":7}`, `{"known":256,"files":[18446744073709551615]}`,
		`{"known":256,"bytes":[18446744073709551615,18446744073709551615]}`, `{"files":[-1]}`, "[]",
	} {
		s := open(t)
		paths := aged(t, s)
		put(t, s.stateFile(memo.PruneState), 0, time.Hour)
		if err := os.WriteFile(s.stateFile(memo.PruneState), []byte(state), 0o644); err != nil {
			t.Fatal(err)
		}
		stats := prune(t, s, off+"cache_size_files=5")
		if int(stats.Left.Files) != 5 || int(stats.Removed.Files) != len(paths)-5 {
			t.Errorf("%s: %+v", state, stats)
		}
	}
}

// inHaste is a context whose deadline has long passed, but which hasn't ended.
type inHaste struct{ context.Context }

func (inHaste) Deadline() (time.Time, bool) { return time.Now().Add(-time.Hour), true }

// A run with little time prunes a part of the folders, and the next run the next part.
// Until the size of the whole cache is known, only files that are too old go.
func TestPruneInSteps(t *testing.T) {
	s := open(t)
	const n, limit = 2000, 1000
	for i := range n {
		put(t, hashed(s, casFolder, fmt.Sprint(i)), 100, 100*time.Hour-time.Duration(i)*time.Minute)
	}
	put(t, hashed(s, casFolder, "old"), 100, 1000*time.Hour)
	p := policy(t, off+fmt.Sprintf("prune_interval=0s:prune_after=500h:cache_size_bytes=%d", limit*100))
	left := func() uint64 {
		would, err := s.DryRun(t.Context(), policy(t, off))
		if err != nil {
			t.Fatal(err)
		}
		return would.Left.Files
	}
	for step := range 4 * folders {
		stats, err := s.Prune(inHaste{t.Context()}, p, false)
		if err != nil || !stats.Ran || stats.Removed.Files > 30 {
			t.Fatalf("%d: %+v, %v", step, stats, err)
		}
		if step == folders-2 && left() != n {
			t.Fatalf("%d files after the first round", left())
		}
	}
	if l := left(); l < limit || l > limit*11/10 {
		t.Errorf("%d files are left", l)
	}
	spared := map[string]int{} // each folder has kept its own youngest
	for i := range n {
		path := hashed(s, casFolder, fmt.Sprint(i))
		if _, err := os.Stat(path); err == nil {
			spared[filepath.Dir(path)]++
		} else if spared[filepath.Dir(path)] > 0 {
			t.Errorf("%d is gone, an older one is left", i)
		}
	}
	if len(spared) < folders*9/10 {
		t.Errorf("%d folders have lost everything", folders-len(spared))
	}
}

// The interval begins when all folders are done, however many runs that took.
func TestPruneGoesOnAtOnce(t *testing.T) {
	s := open(t)
	aged(t, s)
	var removed uint64
	for run := range folders + 2 {
		stats, err := s.Prune(inHaste{t.Context()}, policy(t, ""), false)
		if err != nil || stats.Ran != (run < folders) {
			t.Fatalf("run %d: %+v, %v", run, stats, err)
		}
		removed += stats.Removed.Files
	}
	if removed != 4 {
		t.Errorf("%d files removed", removed)
	}
}

// late is a context whose time is over as soon as a run has begun.
type late struct {
	context.Context
	asked *bool
}

func (late) Deadline() (time.Time, bool) { return time.Now(), true }

func (l late) Err() error {
	if was := *l.asked; !was {
		*l.asked = true
		return nil
	}
	return context.DeadlineExceeded
}

// A cache for which no run has enough time is pruned all the same, a little in each run.
func TestPruneAlwaysLate(t *testing.T) {
	s := open(t)
	const n = 2*leastRemoved + 1
	for i := range n {
		put(t, filepath.Join(s.root, casFolder, "00", fmt.Sprintf("%064x", i)), 1, 1000*time.Hour)
	}
	var removed []uint64
	for run := range folders + 3 {
		stats, err := s.Prune(late{t.Context(), new(bool)}, policy(t, ""), false)
		if err != nil || stats.Ran != (run < folders+2) {
			t.Fatalf("run %d: %+v, %v", run, stats, err)
		}
		if stats.Removed.Files > 0 {
			removed = append(removed, stats.Removed.Files)
		}
	}
	if want := []uint64{leastRemoved, leastRemoved, 1}; !slices.Equal(removed, want) {
		t.Errorf("removed %v, want %v", removed, want)
	}
}

func TestPruneStopped(t *testing.T) {
	s := open(t)
	paths := aged(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, force := range []bool{true, false} {
		_, err := s.Prune(ctx, policy(t, ""), force)
		if err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
			t.Errorf("forced %v: %v", force, err)
		}
	}
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if stats, err := s.Prune(late, policy(t, "prune_interval=0s"), false); err != nil || stats.Removed.Files > 0 {
		t.Errorf("too late: %+v, %v", stats, err)
	}
	for name, path := range paths {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
}
