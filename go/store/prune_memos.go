package store

import (
	"os"
	"path/filepath"
	"time"
)

// memos are what links and compilations remember of this machine in files of
// their own, which would otherwise stay when nobody asks for them any more: of
// a source, its headers' digests; of a compiler, what it said of itself; of a
// folder and arguments, where headers are looked for; of a service, when it
// was down.
var memos = []string{"cc-*/digests/*/*", "cc-*/search-*", "cc-*/compiler-*", "cc-*/resolved-*", "cc-*/down-*", "cc-*/.thinrex-*", "compiler-*", "resolved-*"}

// removeOldMemos removes them. Their time is that of the last change, not use:
// at worst the question is asked once more after so long. So the limits on size
// don't count these files.
func removeOldMemos(dir string, policy Policy) {
	if policy.After == 0 {
		return
	}
	for _, pattern := range memos {
		files, _ := filepath.Glob(filepath.Join(dir, stateFolder, filepath.FromSlash(pattern)))
		for _, path := range files {
			if fi, err := os.Lstat(path); err == nil && fi.Mode().IsRegular() && time.Since(fi.ModTime()) > max(policy.After, grace) {
				os.Remove(path)
			}
		}
	}
}
