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
var memos = []string{
	"cc-*/digests/*/*", "cc-*/search-*", "cc-*/compiler-*", "cc-*/resolved-*", "cc-*/down-*", "cc-*/.thinrex-*",
	"cc-*/.compiler-*", "cc-*/.digests-*", "compiler-*", "resolved-*", ".compiler-*", ".digests-*",
}

// digestMemos hold the digests of all files that one machine has met. They are in
// use for as long as it is, though nothing may be added to them for weeks; those of
// containers, each with a host name of its own, would otherwise stay for ever.
var digestMemos = []string{"cc-*/compilers", "digests-*"}

// digestsLast is how long they are kept after the last change.
const digestsLast = 30 * 24 * time.Hour

// prunedFile's time is when PruneMemos was last due.
const prunedFile = "memos-pruned"

// PruneMemos removes old memos of a state folder that no store prunes: StateDir's.
// It does nothing until the policy's interval has passed. A folder that isn't there,
// or that can't be written, is left alone.
func PruneMemos(stateDir string, policy Policy) {
	path := filepath.Join(stateDir, prunedFile)
	if fi, err := os.Stat(path); err == nil && time.Since(fi.ModTime()).Abs() < policy.Interval {
		return
	}
	if _, err := os.Stat(stateDir); err != nil || os.WriteFile(path, nil, 0o666) != nil {
		return
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // writing nothing may leave a file's time alone
	removeOldMemos(filepath.Dir(stateDir), policy)
}

// removeOldMemos removes them. Their time is that of the last change, not use:
// at worst the question is asked once more after so long. So the limits on size
// don't count these files.
func removeOldMemos(dir string, policy Policy) {
	if policy.After == 0 {
		return
	}
	state, after := filepath.Join(dir, stateFolder), max(policy.After, grace)
	removeOlder(state, memos, after)
	removeOlder(state, digestMemos, max(after, digestsLast))
}

// removeOlder removes the files below dir that match a pattern and haven't changed
// for so long.
func removeOlder(dir string, patterns []string, age time.Duration) {
	for _, pattern := range patterns {
		files, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		for _, path := range files {
			if fi, err := os.Lstat(path); err == nil && fi.Mode().IsRegular() && time.Since(fi.ModTime()) > age {
				os.Remove(path)
			}
		}
	}
}
