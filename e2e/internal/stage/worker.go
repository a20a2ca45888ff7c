//go:build linux

package stage

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	classes := made(t, s.classes)
	for {
		w := s.launch(t, classes, o)
		if w.accepts(t) {
			return w.addr
		}
		if log := w.log(); !strings.Contains(log, "already in use") {
			t.Fatalf("the remote worker ended before it answered\n%s", log)
		}
	}
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
	w := &worker{addr: FreeAddress(t), dir: dir, ended: make(chan struct{})}
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

// FreeAddress returns a loopback address that nobody listens on just now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// accepts waits until the worker takes connections; false means it has ended.
func (w *worker) accepts(t testing.TB) bool {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		conn, err := net.Dial("tcp", w.addr)
		if err == nil {
			conn.Close()
		}
		select {
		case <-w.ended: // and the connection, if any, was somebody else's
			return false
		case <-time.After(20 * time.Millisecond):
			if err == nil {
				return true
			}
		}
	}
	t.Fatalf("the remote worker doesn't answer\n%s", w.log())
	return false
}

// stop ends the process group, and sees to it that nothing is left of it.
func (w *worker) stop(t testing.TB) {
	_ = syscall.Kill(-w.pid, syscall.SIGTERM)
	select {
	case <-w.ended:
	case <-time.After(10 * time.Second):
		t.Errorf("the remote worker doesn't end on SIGTERM")
	}
	_ = syscall.Kill(-w.pid, syscall.SIGKILL)
	<-w.ended
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := syscall.Kill(-w.pid, 0)
		if errors.Is(err, syscall.ESRCH) {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("processes of the remote worker's group %d are left: %v", w.pid, err)
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
