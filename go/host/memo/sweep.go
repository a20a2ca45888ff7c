package memo

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"time"
)

// stale is the age at which the writer of a temporary file must have been killed, and
// at which nobody is about to write into an empty folder.
const stale = time.Hour

// Sweep removes from a state folder the files that haven't been written for as long as
// a policy keeps what isn't used, but not sooner than the table says; after is 0 for a
// policy that keeps all. What killed writers left goes anyway, and so do folders that
// stay empty.
//
// The time of a file is that of its last change, not of its last use. So a file that is
// in use may go, too: then its answer is worked out once more. If ctx ends first, the rest is left to
// the next call: folders are taken in any order, so each has its turn.
func Sweep(ctx context.Context, dir string, after time.Duration) {
	s := sweep{ctx: ctx, dir: dir, after: after}
	s.folder("")
}

// leastSwept is how many files a Sweep looks at though its time is over. Pruning may
// use up all of the time on a slow disk, and no Sweep would ever remove a file.
const leastSwept = 100

// SweepWhenDue is Sweep, at most once in so long. It is for a state folder that no
// store prunes. A folder that isn't there, or can't be written, is left alone.
func SweepWhenDue(ctx context.Context, dir string, after, interval time.Duration) {
	stamp := Path(dir, SweepStamp)
	if fi, err := os.Stat(stamp); err == nil && age(fi) < interval {
		return
	}
	if _, err := os.Stat(dir); err != nil || os.WriteFile(stamp, nil, 0o666) != nil {
		return
	}
	now := time.Now()
	_ = os.Chtimes(stamp, now, now) // writing nothing may leave a file's time alone
	Sweep(ctx, dir, after)
}

// A sweep is one run of Sweep.
type sweep struct {
	ctx    context.Context
	dir    string
	after  time.Duration
	looked int // how many files and folders it has looked at
}

// mustStop reports whether a Sweep must not look at any more files.
func (s *sweep) mustStop() bool {
	err := s.ctx.Err()
	return err != nil && (!errors.Is(err, context.DeadlineExceeded) || s.looked >= leastSwept)
}

func (s *sweep) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// folder sweeps a folder below the state folder, slash-separated.
func (s *sweep) folder(name string) {
	entries, err := os.ReadDir(s.path(name))
	if err != nil {
		return
	}
	if len(entries) == 0 && name != "" {
		s.removeEmpty(name)
		return
	}
	rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		if s.mustStop() {
			return
		}
		s.looked++
		switch entry := path.Join(name, e.Name()); {
		case e.IsDir() && IsFolder(entry):
			s.folder(entry)
		case e.Type().IsRegular():
			if fi, err := e.Info(); err == nil && s.isOld(entry, age(fi)) {
				os.Remove(s.path(entry)) // another process may have been faster
			}
		}
	}
}

// isOld reports whether a file of some age has been kept for long enough.
func (s *sweep) isOld(name string, age time.Duration) bool {
	if isLeftover(name) {
		return age > stale
	}
	k, ok := kindOf(name)
	if !ok || table[k].kept == always || s.after == 0 {
		return false
	}
	return age > max(s.after, table[k].kept)
}

// removeEmpty fails, as it should, if somebody has written into the folder meanwhile.
func (s *sweep) removeEmpty(name string) {
	if fi, err := os.Lstat(s.path(name)); err == nil && age(fi) > stale {
		os.Remove(s.path(name))
	}
}

// age returns how long ago a file was changed, by this machine's clock. The time of a
// file may lie in the future, because a clock was wrong. The distance counts then, too:
// such a file mustn't stay for ever.
func age(fi os.FileInfo) time.Duration { return time.Since(fi.ModTime()).Abs() }
