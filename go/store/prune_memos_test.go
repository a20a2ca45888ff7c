package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"thinrex/go/digest"
)

// What is remembered of this machine in a file of its own goes when it is old,
// and nothing else of the state does.
func TestPruneMemos(t *testing.T) {
	old := []string{"cc-a/digests/00/day", "cc-b/digests/ff/day", "cc-a/search-1.json", "cc-b/compiler-1.json", "cc-b/resolved-1", "compiler-1.json", "resolved-1"}
	const hours = "prune_after=2h:cache_size=0%:cache_size_files=0"
	for _, tc := range []struct {
		policy string
		gone   []string
	}{
		{off, nil},
		{hours, old},
		{"prune_after=1s:cache_size=0%:cache_size_files=0", append(old, "cc-a/digests/00/2h", "cc-a/search-2.json")},
	} {
		for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
			s, err := Open(t.TempDir(), f)
			if err != nil {
				t.Fatal(err)
			}
			ages := map[string]time.Duration{
				"cc-a/digests/00/new": 0, "cc-a/digests/00/2h": 115 * time.Minute, "cc-a/digests/00/day": 24 * time.Hour,
				"cc-a/search-2.json": 115 * time.Minute, "cc-a/search-3.json": 0,
				"cc-b/compilers": 24 * time.Hour, "digests-a": 24 * time.Hour,
				"cc-c/compilers": 31 * 24 * time.Hour, "digests-b": 31 * 24 * time.Hour,
			}
			for _, name := range old {
				ages[name] = 24 * time.Hour
			}
			for name, age := range ages {
				put(t, filepath.Join(s.StateDir(), name), 10, age)
			}
			prune(t, s, tc.policy)
			for name := range ages {
				_, err := os.Stat(filepath.Join(s.StateDir(), name))
				want := slices.Contains(tc.gone, name) || tc.gone != nil && ages[name] > 30*24*time.Hour
				if gone := os.IsNotExist(err); gone != want {
					t.Errorf("%s, %s: %s: gone: %v", tc.policy, f, name, gone)
				}
			}
		}
	}
}

// Without a cache, too, what is remembered goes when it is old: at most once in the
// policy's interval.
func TestPruneMemosAlone(t *testing.T) {
	dir := StateDir(t.TempDir(), digest.BLAKE3)
	policy, err := ParsePolicy("prune_after=2h:prune_interval=1h")
	if err != nil {
		t.Fatal(err)
	}
	PruneMemos(dir, policy)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a folder was made to prune it: %v", err)
	}
	old, stamp := filepath.Join(dir, "resolved-1"), filepath.Join(dir, prunedFile)
	there := func() bool { _, err := os.Stat(old); return err == nil }
	for _, step := range []struct {
		age  time.Duration // of the last time that it was due
		want bool
	}{{2 * time.Hour, false}, {0, true}, {2 * time.Hour, false}, {-2 * time.Hour, false}} {
		put(t, old, 10, 24*time.Hour)
		put(t, stamp, 0, step.age)
		if PruneMemos(dir, policy); there() != step.want {
			t.Errorf("pruned %v ago: it is there: %v", step.age, there())
		}
	}
	put(t, old, 10, 24*time.Hour)
	if PruneMemos(dir, policy); !there() {
		t.Error("pruned again at once")
	}
}
