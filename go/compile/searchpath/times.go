package searchpath

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"thinrex/go/host/memo"
)

// now returns the present as file systems stamp it, which lags behind the
// clock by up to one of the kernel's ticks. It waits until the stamp is later
// than a moment by the clock.
func now(dir string, later time.Time) (time.Time, error) {
	path := filepath.Join(dir, "now")
	for {
		if err := os.WriteFile(path, []byte("now"), 0o600); err != nil {
			return time.Time{}, err
		}
		fi, err := os.Stat(path)
		if err != nil {
			return time.Time{}, err
		}
		if fi.ModTime().After(later) {
			return fi.ModTime(), nil
		}
		time.Sleep(time.Millisecond)
	}
}

// mayBeAfter compares a file's stamp with a moment that now returned.
func mayBeAfter(stamp, moment time.Time) bool {
	if stamp.Nanosecond() == 0 {
		stamp = stamp.Add(memo.Tick)
	}
	return !stamp.Before(moment)
}

// lastChange is when content or anything else about a file changed.
func lastChange(fi fs.FileInfo) time.Time { return memo.Of(fi).LastChange() }

// kindOf says what is at a path, to which links lead. It fails where clang does, too,
// instead of going on to the next folder: at a link that leads to itself, or in a
// folder that it must not search.
//
// Source: HeaderSearch::getFileAndSuggestModule in clang/lib/Lex/HeaderSearch.cpp.
func kindOf(path string) (there, folder bool, err error) {
	switch _, kind, err := memo.Stat(path); err {
	case nil:
		return true, kind == fs.ModeDir, nil
	case syscall.ENOENT, syscall.ENOTDIR, syscall.EINVAL, syscall.ENAMETOOLONG: // the last one for good
		return false, false, nil
	default:
		return false, false, err
	}
}

// isThere reports whether there is a file, folder or link.
func isThere(path string) bool {
	_, _, err := memo.Lstat(path)
	return err == nil
}

// absentFolder is the state of a folder that isn't there.
const absentFolder = "absent"

// folderState tells one folder from another by the same name; with the list
// of its files, from itself after one was added, and a file from itself after
// its text was changed.
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
