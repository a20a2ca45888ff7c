//go:build e2e_bazel && linux

package bazel

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startWorker starts a remote worker with an empty cache on this machine, not in
// Bazel 7's root, and returns its address, HOST:PORT. It ends with the test.
func startWorker(t *testing.T) string {
	t.Helper()
	classes := built(t, workerClasses)
	for {
		addr := freeAddress(t)
		log, ok := launch(t, classes, addr)
		if ok {
			return addr
		}
		if text, _ := os.ReadFile(log); !strings.Contains(string(text), "already in use") {
			t.Fatalf("the remote worker ended before it answered\n%s", text)
		}
	}
}

// launch starts a worker and waits until it answers; false means that it has ended.
func launch(t *testing.T, classes, addr string) (log string, ok bool) {
	t.Helper()
	dir, err := os.MkdirTemp(scratch, "worker-")
	if err != nil {
		t.Fatal(err)
	}
	log = filepath.Join(dir, "log")
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(repository+"/scripts/remote-worker.sh", "run", classes, port, filepath.Join(dir, "worker"), "--jobs=2")
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // ends by a signal
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			text, _ := os.ReadFile(log)
			t.Logf("the remote worker's last words:\n%s", text[max(0, len(text)-8<<10):])
		}
		if err := removeAll(dir); err != nil {
			t.Error(err)
		}
	})
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		select {
		case <-ended:
			return log, false
		case <-time.After(20 * time.Millisecond):
			if err == nil {
				return log, true
			}
		}
	}
	t.Fatal(fmt.Errorf("the remote worker doesn't answer at %s", addr))
	return "", false
}

// freeAddress returns a loopback address that nobody listens on just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
