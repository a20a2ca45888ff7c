package filedigest

import (
	"io/fs"
	"syscall"
)

func statOf(fi fs.FileInfo) Stat {
	st := fi.Sys().(*syscall.Stat_t)
	return Stat{
		Device: int64(st.Dev), Inode: int64(st.Ino), Size: st.Size,
		Mtime: st.Mtim.Nano(), Ctime: st.Ctim.Nano(),
	}
}

// persistent reports whether the stat is enough to know the file again.
func (s Stat) persistent() bool { return s.Inode != 0 && s.Ctime != 0 }
