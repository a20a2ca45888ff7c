package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/memo"

	"github.com/gofrs/flock"
)

// folders is how many there are in ac/ and cas/: 00 to ff. Hashes spread over them
// evenly, so a folder is a fair sample of the cache. A cache that is too large for one
// run is pruned a few folders at a time, and each is held to its share of the limits.
const folders = 256

// A pruneState is what a run leaves for the next one, in prune.json. The time of that
// file is the end of the last round, or 1970 if the round isn't finished.
type pruneState struct {
	Next  int             `json:"next"`  // the folder to go on with
	Left  int             `json:"left"`  // folders to do in this round
	Known int             `json:"known"` // folders that were ever scanned; the cache's size is known when all were
	Files [folders]uint64 `json:"files"` // in each folder, when it was last scanned
	Bytes [folders]uint64 `json:"bytes"`
}

// loadState returns an empty state if the file is missing or damaged.
func loadState(path string) *pruneState {
	var st pruneState
	data, ok := memo.Read(path)
	if !ok || json.Unmarshal(data, &st) != nil || st.Next == folders {
		return new(pruneState)
	}
	for _, n := range []int{st.Next, st.Left, st.Known} {
		if n < 0 || n > folders {
			return new(pruneState)
		}
	}
	for i := range folders {
		if st.Files[i] > math.MaxInt64/folders || st.Bytes[i] > math.MaxInt64/folders {
			return new(pruneState)
		}
	}
	return &st
}

func (st *pruneState) total() (sum Amount) {
	for i := range folders {
		sum.Files += st.Files[i]
		sum.Bytes += st.Bytes[i]
	}
	return sum
}

// complete reports whether the cache's size is known.
func (st *pruneState) complete() bool { return st.Known == folders }

// stateFile is one for all digest functions.
func (s *Store) stateFile(k memo.Kind) string { return memo.Path(StateDir(s.root, digest.SHA256), k) }

func (s *Store) saveState(st *pruneState) error {
	data, err := json.Marshal(st)
	if err != nil {
		return err
	}
	path := s.stateFile(memo.PruneState)
	if err := memo.Write(path, data); err != nil || st.Left == 0 {
		return err
	}
	return os.Chtimes(path, time.Time{}, time.Unix(0, 0))
}

// isDue reports whether the interval has passed since the last round. Each link asks it,
// so it looks at one file only.
func (s *Store) isDue(interval time.Duration) bool {
	fi, err := os.Stat(s.stateFile(memo.PruneState))
	if err != nil {
		return true
	}
	age := time.Since(fi.ModTime())
	return age >= interval || age < -interval // the clock was wrong then, or is now
}

// lockPruning returns the lock that the one process which prunes holds. If another
// process has it, it waits for that process, or returns nil if it isn't to wait.
func (s *Store) lockPruning(ctx context.Context, wait bool) (*flock.Flock, error) {
	path := s.stateFile(memo.PruneLock)
	lock := flock.New(path, flock.SetPermissions(0o666)) // less the umask, as a folder may be shared
	try := lock.TryLock
	if wait {
		try = func() (bool, error) { return lock.TryLockContext(ctx, 20*time.Millisecond) }
	}
	locked := false
	err := inFolder(filepath.Dir(path), func() error {
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		if err == nil {
			locked, err = try()
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(explainLock(path, err), lock.Close())
	}
	if !locked {
		return nil, lock.Close()
	}
	return lock, nil
}

// explainLock says what to do about a file that can't be locked.
func explainLock(path string, err error) error {
	if host.HasNoLocks(err) {
		return fmt.Errorf("the file system of %s has no locks (flock), which pruning needs: "+
			"give a --disk_cache elsewhere: %w", filepath.Dir(path), err)
	}
	return fmt.Errorf("lock %s: %w", path, err)
}
