package searchpath

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"thinrex/go/host/memo"
)

// A status is what the system says of a file, folder or link.
type status struct {
	memo.Fingerprint
	kind fs.FileMode
	info fs.FileInfo // where a Fingerprint doesn't tell one file from another
}

func (s *status) isDir() bool  { return s.kind == fs.ModeDir }
func (s *status) isLink() bool { return s.kind == fs.ModeSymlink }

// modTime is when content changed, or what somebody set that to.
func (s *status) modTime() time.Time { return time.Unix(0, s.Mtime) }

func sameFile(x, y *status) bool {
	if memo.TellsFiles {
		return x.ID() == y.ID()
	}
	return os.SameFile(x.info, y.info)
}

// statusOf follows links. That nothing is there, so that the compiler goes on to the
// next folder, is no error. It fails where the compiler does, too: at a link that leads
// to itself, or in a folder that it must not search.
//
// Source: HeaderSearch::getFileAndSuggestModule in clang/lib/Lex/HeaderSearch.cpp.
func statusOf(path string) (s status, there bool, err error) {
	return callStat(path, memo.Stat, os.Stat)
}

// linkStatusOf doesn't follow a link at the end of a path.
func linkStatusOf(path string) (s status, there bool, err error) {
	return callStat(path, memo.Lstat, os.Lstat)
}

func callStat(
	path string,
	fingerprint func(string) (memo.Fingerprint, fs.FileMode, error),
	info func(string) (fs.FileInfo, error),
) (s status, there bool, err error) {
	s.Fingerprint, s.kind, err = fingerprint(path)
	if err == nil && !memo.TellsFiles {
		s.info, err = info(path)
	}
	switch err {
	case nil:
		return s, true, nil
	case syscall.ENOENT, syscall.ENOTDIR, syscall.EINVAL, syscall.ENAMETOOLONG: // the last one for good
		return status{}, false, nil
	}
	return status{}, false, &fs.PathError{Op: "look up", Path: path, Err: err}
}

// absentFolder is the state of a folder that isn't there.
const absentFolder = "absent"

// folderState tells a folder from another by the same name. Without anyFiles it also tells a
// folder from itself after a file was added, and a file from itself after a change.
func folderState(dir string, anyFiles bool) string {
	now, kind, err := memo.Stat(dir)
	switch {
	case err != nil:
		return absentFolder
	case anyFiles:
		return fmt.Sprintf("%d:%d", now.Device, now.Inode)
	case kind == fs.ModeDir:
		return fmt.Sprintf("%d:%d %d", now.Device, now.Inode, now.Mtime)
	}
	return fmt.Sprintf("%d:%d %d", now.Device, now.Inode, now.LastChange().UnixNano()) // Mtime alone can be set back
}
