//go:build unix

package host

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pipePath returns a name by which an inherited pipe can be opened again, or "" if the
// descriptors aren't the two ends of one pipe: make may have closed its pipe, and other
// files may have got the numbers. It is opened again because we need it in non-blocking
// mode, which make and the processes that share make's open file must not see.
func pipePath(read, write int) string {
	var r, w unix.Stat_t
	if unix.Fstat(read, &r) != nil || unix.Fstat(write, &w) != nil {
		return ""
	}
	isPipe := r.Mode&unix.S_IFMT == unix.S_IFIFO && w.Mode&unix.S_IFMT == unix.S_IFIFO
	isSame := r.Ino == w.Ino && r.Dev == w.Dev
	if !isPipe || !isSame || accessMode(read) != unix.O_RDONLY || accessMode(write) != unix.O_WRONLY {
		return ""
	}
	return fmt.Sprintf("/dev/fd/%d", read)
}

func accessMode(fd int) int {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return -1
	}
	return flags & unix.O_ACCMODE
}

func openPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
}
