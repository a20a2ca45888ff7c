package store

import (
	"os"
	"path/filepath"
	"time"
)

// removeOldDigests removes what compilations remember of the headers of a
// source, a file for each, which would otherwise stay when the source is gone.
// Its time is that of the last change, not use: at worst the headers are hashed
// once more after so long. So the limits on size don't count these files.
func removeOldDigests(dir string, policy Policy) {
	if policy.After == 0 {
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, stateFolder, "cc-*", "digests", "*", "*"))
	for _, path := range files {
		if fi, err := os.Lstat(path); err == nil && fi.Mode().IsRegular() && time.Since(fi.ModTime()) > max(policy.After, grace) {
			os.Remove(path)
		}
	}
}
