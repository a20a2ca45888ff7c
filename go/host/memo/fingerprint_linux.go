package memo

import (
	"io/fs"
	"syscall"
)

// TellsFiles says that two files never share a FileID, and that a change of a file's
// name changes its Ctime.
const TellsFiles = true

func stat(path string) (Fingerprint, fs.FileMode, error) {
	var st syscall.Stat_t // not on the heap: a hit asks for hundreds of files
	err := syscall.Stat(path, &st)
	for err == syscall.EINTR {
		err = syscall.Stat(path, &st)
	}
	return answer(&st, err)
}

func lstat(path string) (Fingerprint, fs.FileMode, error) {
	var st syscall.Stat_t
	err := syscall.Lstat(path, &st)
	for err == syscall.EINTR {
		err = syscall.Lstat(path, &st)
	}
	return answer(&st, err)
}

func answer(st *syscall.Stat_t, err error) (Fingerprint, fs.FileMode, error) {
	if err != nil {
		return Fingerprint{}, 0, err
	}
	return of(st), typeOf(st), nil
}

// Of returns the fingerprint of a file that os.Stat or os.Lstat has looked at.
func Of(fi fs.FileInfo) Fingerprint {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return Fingerprint{Size: fi.Size(), Mtime: fi.ModTime().UnixNano()}
	}
	return of(st)
}

func of(st *syscall.Stat_t) Fingerprint {
	return Fingerprint{
		Device: int64(st.Dev),
		Inode:  int64(st.Ino),
		Size:   st.Size,
		Mtime:  st.Mtim.Nano(),
		Ctime:  st.Ctim.Nano(),
	}
}

func typeOf(st *syscall.Stat_t) fs.FileMode {
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		return 0
	case syscall.S_IFDIR:
		return fs.ModeDir
	case syscall.S_IFLNK:
		return fs.ModeSymlink
	}
	return fs.ModeIrregular
}
