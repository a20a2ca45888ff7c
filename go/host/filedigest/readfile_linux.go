package filedigest

import (
	"io"
	"io/fs"
	"syscall"
)

// readFile returns the content of a file of the given size. It makes fewer system
// calls than os.ReadFile, which counts for the thousand headers of a compilation.
func readFile(path string, size int64) ([]byte, error) {
	fd, err := uninterrupted(func() (int, error) { return syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	data := make([]byte, size)
	for done := 0; done < len(data); {
		n, err := uninterrupted(func() (int, error) { return syscall.Read(fd, data[done:]) })
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

// uninterrupted repeats a system call that a signal has interrupted.
func uninterrupted(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != syscall.EINTR {
			return n, err
		}
	}
}
