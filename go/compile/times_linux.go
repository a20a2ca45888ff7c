package compile

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// changedAfter reports whether a file, or a symbolic link to it, may have
// changed at or after a moment that now returned.
func changedAfter(path string, fi fs.FileInfo, moment time.Time) bool {
	link, err := os.Lstat(path)
	return err != nil || mayBeAfter(lastChange(fi), moment) || mayBeAfter(lastChange(link), moment)
}

// lastChange is when content or anything else about a file changed.
func lastChange(fi fs.FileInfo) time.Time {
	last := fi.ModTime()
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		if ctime := time.Unix(st.Ctim.Sec, st.Ctim.Nsec); ctime.After(last) {
			last = ctime
		}
	}
	return last
}

// folderState tells one folder from another by the same name; with the list
// of its files, from itself after one was added.
func folderState(dir string, anyFiles bool) string {
	fi, err := os.Stat(dir)
	if err != nil {
		return "absent"
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return "unknown"
	}
	if anyFiles {
		return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
	}
	return fmt.Sprintf("%d:%d %d", st.Dev, st.Ino, fi.ModTime().UnixNano())
}
