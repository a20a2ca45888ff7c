package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"thinrex/go/digest"
)

// What compilations remember of headers goes when it is old, and nothing else
// of the state does.
func TestPruneDigests(t *testing.T) {
	const hours = "prune_after=2h:cache_size=0%:cache_size_files=0"
	for _, tc := range []struct {
		policy string
		gone   []string
	}{
		{off, nil},
		{hours, []string{"cc-a/digests/00/day", "cc-b/digests/ff/day"}},
		{"prune_after=1s:cache_size=0%:cache_size_files=0", []string{"cc-a/digests/00/2h", "cc-a/digests/00/day", "cc-b/digests/ff/day"}},
	} {
		for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
			s, err := Open(t.TempDir(), f)
			if err != nil {
				t.Fatal(err)
			}
			ages := map[string]time.Duration{
				"cc-a/digests/00/new": 0, "cc-a/digests/00/2h": 115 * time.Minute, "cc-a/digests/00/day": 24 * time.Hour,
				"cc-b/digests/ff/day": 24 * time.Hour, "cc-b/compiler.json": 24 * time.Hour, "digests-a": 24 * time.Hour,
			}
			for name, age := range ages {
				put(t, filepath.Join(s.StateDir(), name), 10, age)
			}
			prune(t, s, tc.policy)
			for name := range ages {
				_, err := os.Stat(filepath.Join(s.StateDir(), name))
				if gone := os.IsNotExist(err); gone != slices.Contains(tc.gone, name) {
					t.Errorf("%s, %s: %s: gone: %v", tc.policy, f, name, gone)
				}
			}
		}
	}
}
