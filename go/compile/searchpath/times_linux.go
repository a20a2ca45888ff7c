package searchpath

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// tellsMoves says that lastChange notices a change of name.
const tellsMoves = true

// tellsFiles says that two files, or folders, never share an identity.
const tellsFiles = true

// An identity is what all names of a file have in common.
type identity struct{ device, inode uint64 }

func identityOf(fi fs.FileInfo) identity {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}
	}
	return identity{st.Dev, st.Ino}
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

// kindOf makes no garbage, unlike os.Stat: a hit asks for hundreds of names. It
// fails where clang does, too, instead of going on to the next folder: at a link
// that leads to itself, or in a folder that it must not search.
//
// Source: HeaderSearch::getFileAndSuggestModule in clang/lib/Lex/HeaderSearch.cpp.
func kindOf(path string) (there, folder bool, err error) {
	var st syscall.Stat_t
	err = syscall.Stat(path, &st)
	for err == syscall.EINTR {
		err = syscall.Stat(path, &st)
	}
	switch err {
	case nil:
		return true, st.Mode&syscall.S_IFMT == syscall.S_IFDIR, nil
	case syscall.ENOENT, syscall.ENOTDIR, syscall.EINVAL, syscall.ENAMETOOLONG: // the last one for good
		return false, false, nil
	}
	return false, false, err
}

// isThere reports whether there is a file, folder or link, without garbage.
func isThere(path string) bool {
	var st syscall.Stat_t
	err := syscall.Lstat(path, &st)
	for err == syscall.EINTR {
		err = syscall.Lstat(path, &st)
	}
	return err == nil
}

// folderState tells one folder from another by the same name; with the list
// of its files, from itself after one was added, and a file from itself after
// its text was changed.
func folderState(dir string, anyFiles bool) string {
	fi, err := os.Stat(dir)
	if err != nil {
		return absentFolder
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return "unknown"
	}
	if anyFiles {
		return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
	}
	last := fi.ModTime()
	if !fi.IsDir() {
		last = lastChange(fi) // its own time can be set back
	}
	return fmt.Sprintf("%d:%d %d", st.Dev, st.Ino, last.UnixNano())
}
