package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// Pruning sweeps the state folders of all digest functions.
func TestPruneSweepsState(t *testing.T) {
	for policy, gone := range map[string]bool{off: false, "prune_after=2h:cache_size=0%:cache_size_files=0": true} {
		root := t.TempDir()
		s, err := Open(root, digest.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		var old, young []string
		for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
			dir := StateDir(root, f)
			old = append(old, memo.Path(dir, memo.ResolvedCompiler, "old"),
				memo.Path(filepath.Join(dir, "cc-a"), memo.Outage, "old"))
			young = append(young, memo.Path(dir, memo.ResolvedCompiler, "young"))
		}
		for _, path := range old {
			put(t, path, 10, 24*time.Hour)
		}
		for _, path := range young {
			put(t, path, 10, time.Hour)
		}
		prune(t, s, policy)
		for _, path := range old {
			if _, err := os.Stat(path); os.IsNotExist(err) != gone {
				t.Errorf("%s: %s: %v", policy, path, err)
			}
		}
		for _, path := range young {
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", policy, err)
			}
		}
	}
}
