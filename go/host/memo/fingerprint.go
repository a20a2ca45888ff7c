package memo

import (
	"io/fs"
	"time"
)

// Tick is the coarsest step in which a file system counts time. A file can change
// twice within one: what changed less than a Tick ago may change again without its
// Fingerprint telling so.
const Tick = 2 * time.Second

// A Fingerprint tells a file in one state from the same file in another and from all
// others. It is the one answer to "is it still the same file?".
type Fingerprint struct {
	Device, Inode, Size int64
	Mtime, Ctime        int64 // ns since 1970
}

// Exact reports whether the system tells all that a Fingerprint holds. Size and Mtime
// alone don't tell a file from another.
func (f Fingerprint) Exact() bool { return f.Inode != 0 && f.Ctime != 0 }

// Settled reports whether the file had been unchanged for a Tick at some time, so that
// its content can't have changed since without its Fingerprint telling so. A time in
// the future isn't settled.
func (f Fingerprint) Settled(at time.Time) bool {
	limit := at.Add(-Tick).UnixNano()
	return f.Mtime < limit && f.Ctime < limit
}

// LastChange is when the file's content or anything else about it changed. Unlike
// Mtime alone it can't be set back.
func (f Fingerprint) LastChange() time.Time { return time.Unix(0, max(f.Mtime, f.Ctime)) }

// A FileID is what all names of a file have in common.
type FileID [2]int64

// ID is the device and the inode where the system tells these, or else the size and
// the time, which two files may share: see TellsFiles.
func (f Fingerprint) ID() FileID {
	if !TellsFiles {
		return FileID{f.Size, f.Mtime}
	}
	return FileID{f.Device, f.Inode}
}

// Stat returns the fingerprint and the type of the file at a path, following links.
// The error doesn't name the path: callers ask for many files that aren't there.
func Stat(path string) (Fingerprint, fs.FileMode, error) { return stat(path) }

// Lstat is Stat, but of a link itself.
func Lstat(path string) (Fingerprint, fs.FileMode, error) { return lstat(path) }
