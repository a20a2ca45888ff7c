//go:build unix

package host

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup has a command run in a process group of its own, to which Run sends its signals.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	// SIGTERM first, so that a compiler can remove its own temporary files. Run ends the
	// processes that are left after grace.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// endGroup ends what is left of a finished process's group.
func endGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// ownFolder reports whether path is a folder of this user, and not a link to one.
func ownFolder(path string) bool {
	fi, err := os.Lstat(path)
	if err != nil || !fi.IsDir() {
		return false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Getuid()
}

// maxPipe is as much as a pipe can hold, unless root has made it larger.
const maxPipe = 1 << 20

// drain reads what is in a pipe without waiting for more.
func drain(pipe *os.File, to io.Writer) {
	conn, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 64<<10)
	_ = conn.Control(func(fd uintptr) { // whose reads don't block
		for left := maxPipe; left > 0; {
			n, err := syscall.Read(int(fd), buf)
			if err == syscall.EINTR {
				continue
			}
			if n <= 0 {
				break
			}
			_, _ = to.Write(buf[:n])
			left -= n
		}
	})
}

func signalOf(state *os.ProcessState) string {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal().String()
	}
	return ""
}
