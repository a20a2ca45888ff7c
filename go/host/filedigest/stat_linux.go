package filedigest

import (
	"io"
	"io/fs"
	"syscall"
)

// statFile makes no garbage, unlike os.Stat. It reports whether the path is a
// symbolic link to the file.
func statFile(path string) (_ Stat, link bool, _ error) {
	var st syscall.Stat_t
	err := retried(syscall.Lstat, path, &st)
	if link = err == nil && st.Mode&syscall.S_IFMT == syscall.S_IFLNK; link {
		err = retried(syscall.Stat, path, &st)
	}
	if err != nil {
		return Stat{}, link, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if kind := st.Mode & syscall.S_IFMT; kind != syscall.S_IFREG {
		return Stat{}, link, notRegular(path, kind == syscall.S_IFDIR)
	}
	return Stat{
		Device: int64(st.Dev), Inode: int64(st.Ino), Size: st.Size,
		Mtime: st.Mtim.Nano(), Ctime: st.Ctim.Nano(),
	}, link, nil
}

func retried(stat func(string, *syscall.Stat_t) error, path string, st *syscall.Stat_t) error {
	for {
		if err := stat(path, st); err != syscall.EINTR {
			return err
		}
	}
}

// persistent reports whether the stat is enough to know the file again.
func (s Stat) persistent() bool { return s.Inode != 0 && s.Ctime != 0 }

// readFile returns a file's content, which is to be of the size given: fewer
// system calls than os.ReadFile makes for the thousand headers of a compilation.
func readFile(path string, size int64) ([]byte, error) {
	fd, err := retriedInt(func() (int, error) { return syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	data := make([]byte, size)
	for done := 0; done < len(data); {
		n, err := retriedInt(func() (int, error) { return syscall.Read(fd, data[done:]) })
		if err == nil && n == 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		}
		done += n
	}
	return data, nil
}

func retriedInt(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != syscall.EINTR {
			return n, err
		}
	}
}
