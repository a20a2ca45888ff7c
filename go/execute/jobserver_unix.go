//go:build unix

package execute

import (
	"fmt"
	"os"
	"syscall"
)

// pipePath returns a name under which the inherited pipe can be opened anew,
// or "" when descriptor fd isn't a pipe. Opening it anew keeps the
// non-blocking mode, which belongs to the open file, from make and others.
func pipePath(fd int) string {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return ""
	}
	return fmt.Sprintf("/dev/fd/%d", fd)
}

func openPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
}
