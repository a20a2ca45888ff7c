//go:build !linux

package compile

import (
	"io/fs"
	"os"
	"time"
)

// changedAfter reports whether a file, or a symbolic link to it, may have
// changed at or after a moment that now returned.
func changedAfter(path string, fi fs.FileInfo, moment time.Time) bool {
	link, err := os.Lstat(path)
	return err != nil || mayBeAfter(fi.ModTime(), moment) || mayBeAfter(link.ModTime(), moment)
}

// folderState tells a folder from itself after a file was added.
func folderState(dir string, anyFiles bool) string {
	fi, err := os.Stat(dir)
	if err != nil {
		return "absent"
	}
	if anyFiles {
		return "present"
	}
	return fi.ModTime().String()
}
