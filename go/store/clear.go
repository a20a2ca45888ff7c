package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"thinrex/go/host"
	"thinrex/go/host/memo"
)

// A Usage says how much of each kind there is.
type Usage struct {
	Results [Kinds]Amount // files of the Action Cache, of the state folder and temporary ones
	Blobs   [Kinds]Amount
	Failed  int   // files and folders that couldn't be read or removed
	Failure error // why the first of these couldn't
}

// Total is the sum of some kinds; of all, if none is named.
func (u *Usage) Total(kinds ...Kind) (sum Amount) {
	if len(kinds) == 0 {
		for k := range Kind(Kinds) {
			kinds = append(kinds, k)
		}
	}
	for _, k := range kinds {
		sum.Add(u.Results[k])
		sum.Add(u.Blobs[k])
	}
	return sum
}

func (u *Usage) add(f surveyed) {
	to := &u.Results[f.kind]
	if f.blob {
		to = &u.Blobs[f.kind]
	}
	to.Add(Amount{1, uint64(f.info.Size())})
}

// Usage looks through the whole cache, which may take some seconds. Files that no cache
// makes don't count.
func (s *Store) Usage(ctx context.Context) (u Usage, err error) {
	v, err := s.newSurvey(u.add)
	if err != nil {
		return u, err
	}
	err = errors.Join(v.run(ctx), v.close())
	u.Failed, u.Failure = v.failed, v.failure
	return u, err
}

// Clear removes what thinrex has put into the folder, and says what it removed and what
// is left. Results of other programs stay, with all that they refer to; as long as there
// are some, so do blobs that no result refers to. Links may run meanwhile: at worst they
// miss. A dry run removes nothing.
func (s *Store) Clear(ctx context.Context, dryRun bool) (removed, left Usage, err error) {
	var v *survey
	v, err = s.newSurvey(func(f surveyed) {
		stays := f.kind == Others || f.kind == Loose && f.blob && v.others ||
			f.kind == Temporary && time.Since(f.info.ModTime()) < stale
		if !stays && !dryRun {
			if err := v.root.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				v.fail(err)
				stays = true
			}
		}
		if stays {
			left.add(f)
		} else {
			removed.add(f)
		}
	})
	if err != nil {
		return removed, left, err
	}
	defer func() { err = errors.Join(err, v.close()) }()
	if !dryRun {
		lock, err := s.lockClearing(ctx, v.root)
		if err != nil {
			return removed, left, fmt.Errorf("clear the cache: %w", err)
		}
		if lock != nil {
			defer lock.Close()
		}
	}
	err = v.run(ctx)
	if err == nil && !dryRun {
		v.removeEmptyFolders()
	}
	removed.Failed, removed.Failure = v.failed, v.failure
	return removed, left, err
}

// lockClearing keeps others from pruning, which would count some files wrongly. It returns
// nil on a file system without locks. It makes no file where a symbolic link leads out of
// the folder.
func (s *Store) lockClearing(ctx context.Context, root *os.Root) (*flock.Flock, error) {
	if _, err := root.Stat(stateFolder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lock, err := s.lockPruning(ctx, true)
	if host.HasNoLocks(err) {
		return nil, nil
	}
	return lock, err
}

// removeEmptyFolders removes the folders that have become empty. Stores make them again
// when they need them. Other programs may not: where there are such, their folders stay.
func (v *survey) removeEmptyFolders() {
	for _, function := range functionFolders() {
		v.removeStateFolder(path.Join(function, stateFolder))
		if v.others {
			continue
		}
		_ = v.root.Remove(path.Join(function, tmpFolder)) // fails, as it should, for a folder that isn't empty
		for _, name := range []string{acFolder, casFolder} {
			for n := range folders {
				_ = v.root.Remove(path.Join(function, name, hashFolder(n)))
			}
			_ = v.root.Remove(path.Join(function, name))
		}
		if function != "." {
			_ = v.root.Remove(function)
		}
	}
}

func (v *survey) removeStateFolder(state string) {
	var names []string
	_ = fs.WalkDir(v.root.FS(), state, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && (name == state || memo.IsFolder(strings.TrimPrefix(name, state+"/"))) {
			names = append(names, name)
		}
		return nil
	})
	for _, name := range slices.Backward(names) { // those below come after those above
		_ = v.root.Remove(name)
	}
}
