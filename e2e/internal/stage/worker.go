//go:build linux

package stage

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// WorkerOptions say what kind of worker to start.
type WorkerOptions struct {
	Jobs int      // actions at once; 0 means 2
	Hide []string // folders and files that are empty to the worker and its actions
}

// StartWorker starts a remote worker with an empty cache on this machine and
// returns its address, HOST:PORT. It ends with the test, with all that it has
// started.
func (s *Stage) StartWorker(t testing.TB, o WorkerOptions) (addr string) {
	t.Helper()
	w := s.launch(t, made(t, s.classes), o)
	w.accepts(t)
	w.wakeUp(t)
	return w.addr
}

// A worker is one process, in a process group of its own.
type worker struct {
	addr  string
	dir   string
	pid   int
	ended chan struct{}
}

func (s *Stage) launch(t testing.TB, classes string, o WorkerOptions) *worker {
	t.Helper()
	dir, err := os.MkdirTemp(s.Scratch, "worker-")
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{addr: ReserveAddress(t), dir: dir, ended: make(chan struct{})}
	_, port, err := net.SplitHostPort(w.addr)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"run", classes, port, filepath.Join(dir, "worker"), fmt.Sprintf("--jobs=%d", max(o.Jobs, 2))}
	for _, path := range o.Hide {
		args = append(args, "--hide="+path)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(s.workerScript(), args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.pid = cmd.Process.Pid
	go func() {
		defer close(w.ended)
		_ = cmd.Wait() // ends by a signal
	}()
	t.Cleanup(func() { w.stop(t) })
	return w
}

// ReserveAddress returns a loopback address that refuses connections, and that
// the system gives to nobody who asks for any, until the test ends. A server
// that is told this one can listen on it: both let others reuse their address.
func ReserveAddress(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	loopback := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := errors.Join(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.Bind(fd, loopback)); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", bound.(*syscall.SockaddrInet4).Port)
}

// accepts waits until the worker takes connections.
func (w *worker) accepts(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", w.addr); err == nil {
			conn.Close()
			return
		}
		select {
		case <-w.ended:
			t.Fatalf("the remote worker ended before it answered\n%s", w.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("the remote worker doesn't answer\n%s", w.log())
}

// stop ends the process group, and sees to it that nothing of it runs on.
func (w *worker) stop(t testing.TB) {
	_ = syscall.Kill(-w.pid, syscall.SIGTERM)
	select {
	case <-w.ended:
	case <-time.After(time.Minute):
		t.Errorf("the remote worker doesn't end on SIGTERM")
	}
	_ = syscall.Kill(-w.pid, syscall.SIGKILL)
	<-w.ended
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		left := runningIn(t, w.pid)
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("processes of the remote worker's group are left: %q", left)
			break
		}
	}
	if t.Failed() {
		t.Logf("the remote worker's last words:\n%s", w.log())
	}
	if err := RemoveAll(w.dir); err != nil {
		t.Error(err)
	}
}

// runningIn returns what /proc says of the processes in a group. What has ended
// and waits for its parent, which may be a container's first process that asks
// for none, runs no more.
func runningIn(t testing.TB, group int) (running []string) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it is gone
		}
		// PID (NAME) STATE PPID PGRP …: a name may have parentheses and blanks
		after := string(data[bytes.LastIndexByte(data, ')')+1:])
		if f := strings.Fields(after); len(f) > 2 && f[0] != "Z" && f[0] != "X" && f[2] == strconv.Itoa(group) {
			running = append(running, string(data))
		}
	}
	return running
}

var stackFrames = regexp.MustCompile(`(?m)^\s+(at .*|\.\.\. \d+ more)\n`)

// log returns the end of what the worker has said.
func (w *worker) log() string {
	const enough = 8 << 10
	data, err := os.ReadFile(filepath.Join(w.dir, "log"))
	if err != nil {
		return err.Error()
	}
	data = stackFrames.ReplaceAll(data, nil)
	return string(data[max(0, len(data)-enough):])
}
