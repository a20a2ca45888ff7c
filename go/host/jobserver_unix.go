//go:build unix

package host

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pipePath returns a name under which an inherited pipe can be opened anew, or
// "" when the descriptors aren't the two ends of one: make may have closed
// its own, and something else have taken the numbers. Opening it anew keeps
// the non-blocking mode, which belongs to the open file, from make and others.
func pipePath(read, write int) string {
	var r, w unix.Stat_t
	if unix.Fstat(read, &r) != nil || unix.Fstat(write, &w) != nil {
		return ""
	}
	onePipe := r.Mode&unix.S_IFMT == unix.S_IFIFO && w.Mode&unix.S_IFMT == unix.S_IFIFO && r.Ino == w.Ino && r.Dev == w.Dev
	if !onePipe || accessMode(read) != unix.O_RDONLY || accessMode(write) != unix.O_WRONLY {
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
