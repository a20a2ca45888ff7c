package filedigest

import (
	"io/fs"
	"syscall"
)

// statFile makes no garbage, unlike os.Stat.
func statFile(path string) (Stat, error) {
	var st syscall.Stat_t
	err := syscall.Stat(path, &st)
	for err == syscall.EINTR {
		err = syscall.Stat(path, &st)
	}
	if err != nil {
		return Stat{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if kind := st.Mode & syscall.S_IFMT; kind != syscall.S_IFREG {
		return Stat{}, notRegular(path, kind == syscall.S_IFDIR)
	}
	return Stat{
		Device: int64(st.Dev), Inode: int64(st.Ino), Size: st.Size,
		Mtime: st.Mtim.Nano(), Ctime: st.Ctim.Nano(),
	}, nil
}

// persistent reports whether the stat is enough to know the file again.
func (s Stat) persistent() bool { return s.Inode != 0 && s.Ctime != 0 }
