//go:build unix

package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sh(script string) Process {
	return Process{Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{"PATH=/usr/bin:/bin"}}
}

func TestRun(t *testing.T) {
	for _, tc := range []struct {
		name, script   string
		code           int
		signal         string
		stdout, stderr string
	}{
		{"success", "echo out; echo err >&2", 0, "", "out\n", "err\n"},
		{"failure", "exit 7", 7, "", "", ""},
		{"signal", "kill -SEGV $$", -1, "segmentation fault", "", ""},
		{"no input", "cat", 0, "", "", ""},
		{"environment", "echo $PATH$HOME", 0, "", "/usr/bin:/bin\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Run(t.Context(), sh(tc.script))
			if err != nil {
				t.Fatal(err)
			}
			if got.Code != tc.code || got.Signal != tc.signal || string(got.Stdout) != tc.stdout || string(got.Stderr) != tc.stderr {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestRunBoundsOutput(t *testing.T) {
	got, err := Run(t.Context(), sh("head -c 20000000 /dev/zero"))
	if err != nil || got.Code != 0 || len(got.Stdout) != maxOutput {
		t.Errorf("%d bytes, exit %d, %v", len(got.Stdout), got.Code, err)
	}
}

func TestRunStdin(t *testing.T) {
	for _, tc := range []struct{ name, script, stdin, stdout string }{
		{"read", "cat; echo .", "in\nput", "in\nput.\n"},
		{"none", "cat; echo .", "", ".\n"},
		{"more than a pipe holds, unread", "echo done", strings.Repeat("x", 1<<20), "done\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := sh(tc.script)
			p.Stdin = []byte(tc.stdin)
			got, err := Run(t.Context(), p)
			if err != nil || got.Code != 0 || string(got.Stdout) != tc.stdout {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestRunNoSuchProgram(t *testing.T) {
	if _, err := Run(t.Context(), Process{Path: "/nonexistent/clang"}); !errors.Is(err, ErrStart) {
		t.Errorf("error = %v", err)
	}
}

// alive reports whether the process with the id in file pidfile runs.
func alive(t *testing.T, pidfile string) bool {
	t.Helper()
	var pid int
	data, err := os.ReadFile(pidfile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(data), &pid); err != nil {
		t.Fatal(err)
	}
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	return !strings.Contains(string(state), ") Z ")
}

// waitFor waits for as long as it takes. What never comes is ended by what runs
// the tests, which then prints what was waited for.
func waitFor(t *testing.T, what string, cond func() bool) {
	t.Helper()
	if !cond() {
		t.Logf("waiting for %s", what)
	}
	for !cond() {
		time.Sleep(5 * time.Millisecond)
	}
}

func exists(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Size() > 0
}

func TestCancelEndsAllChildren(t *testing.T) {
	for name, script := range map[string]string{
		"polite":   "sleep 1000 & echo $! >child; wait",
		"stubborn": "(trap '' TERM; echo $(exec sh -c 'echo $PPID') >child; while :; do sleep 1; done) & wait",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			pidfile := filepath.Join(dir, "child")
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				p := sh(script)
				p.Dir = dir
				_, err := Run(ctx, p)
				done <- err
			}()
			waitFor(t, "the child", func() bool { return exists(pidfile) })
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("error = %v", err)
			}
			waitFor(t, "the child's end", func() bool { return !alive(t, pidfile) })
		})
	}
}

func TestNormalExitEndsBackgroundChildren(t *testing.T) {
	for name, to := range map[string]string{"silent": ">/dev/null 2>&1", "that have the output": ""} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p := sh("sleep 1000 " + to + " & echo $! >child; echo out; echo err >&2")
			p.Dir = dir
			got, err := Run(t.Context(), p)
			if err != nil || string(got.Stdout) != "out\n" || string(got.Stderr) != "err\n" {
				t.Errorf("got %+v, %v", got, err)
			}
			waitFor(t, "the child's end", func() bool { return !alive(t, filepath.Join(dir, "child")) })
		})
	}
}

// However late we come to read, nothing is lost of what a process wrote that has
// ended, though a child of its still has the pipe.
func TestOutputIsReadLate(t *testing.T) {
	var o output
	w, err := o.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	want := strings.Repeat("x", 60_000) // less than a pipe holds
	if _, err := w.WriteString(want); err != nil {
		t.Fatal(err)
	}
	if err := o.pipe.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	o.read()
	if got := o.finish(time.Now()); string(got) != want {
		t.Errorf("%d bytes of %d", len(got), len(want))
	}
}

func TestWorkspace(t *testing.T) {
	base := t.TempDir()
	original := filepath.Join(base, "original")
	if err := os.WriteFile(original, []byte("bitcode"), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := NewWorkspace(base)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := w.Lay([]SourceFile{{Name: "m.o", Path: original}, {Name: "c/00000", Data: []byte("profile")}})
	if err != nil {
		t.Fatal(err)
	}
	p := sh("cat m.o c/00000; echo broken >m.o")
	p.Dir = dir
	got, err := Run(t.Context(), p)
	if err != nil || string(got.Stdout) != "bitcodeprofile" {
		t.Errorf("read %q, %v", got.Stdout, err)
	}
	if data, _ := os.ReadFile(original); string(data) != "bitcode" {
		t.Errorf("a write reached the original: %q", data)
	}
	if _, err := w.Lay([]SourceFile{{Name: "m.o", Path: filepath.Join(base, "absent")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent input: %v", err)
	}

	// A second link neither removes a live workspace nor leaves a dead one.
	dead := filepath.Join(base, workspacePrefix+"dead")
	if err := os.MkdirAll(dead, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead, lockName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	other, err := NewWorkspace(base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("a live workspace was swept: %v", err)
	}
	if _, err := os.Stat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dead workspace was kept: %v", err)
	}
	for _, w := range []*Workspace{w, other} {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(base, workspacePrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestSlots(t *testing.T) {
	s := NewSlots(2, "")
	defer s.Close()
	one, _ := s.Acquire(t.Context())
	two, _ := s.Acquire(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Acquire(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third of two slots: %v", err)
	}
	one.Free()
	three, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two.Free()
	three.Free()
}

// A lease that holds a slot takes no second one, and gives its slot back once.
func TestLease(t *testing.T) {
	s := NewSlots(1, "")
	defer s.Close()
	lease := s.Lease()
	for range 2 {
		if err := lease.Take(t.Context()); err != nil || lease.Idle() {
			t.Fatalf("a taken lease: %v, idle %v", err, lease.Idle())
		}
	}
	for range 2 {
		lease.Free()
	}
	if !s.Idle() {
		t.Error("the slot wasn't given back")
	}
}

// A pipe with one token, as make -j2 sets it up: two commands may run, our own
// and one more, whatever --jobs says.
func TestJobserver(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := w.WriteString("+"); err != nil {
		t.Fatal(err)
	}
	s := NewSlots(8, fmt.Sprintf(" -j2 --jobserver-auth=%d,%d", r.Fd(), w.Fd()))
	defer s.Close()
	one, _ := s.Acquire(t.Context())
	two, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*poll)
	defer cancel()
	if _, err := s.Acquire(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("three commands under make -j2: %v", err)
	}
	one.Free() // our own token is free again
	three, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two.Free()
	three.Free()
	token := make([]byte, 2)
	if n, err := r.Read(token); n != 1 || token[0] != '+' {
		t.Errorf("gave back %q, %v", token[:n], err)
	}
}

func TestJobserverFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewSlots(8, "-j --jobserver-auth=3,4 --jobserver-auth=fifo:"+path)
	defer s.Close()
	if s.tokens == nil {
		t.Fatal("the fifo wasn't opened")
	}
	lease, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Free()
	ctx, cancel := context.WithTimeout(t.Context(), 2*poll)
	defer cancel()
	if _, err := s.Acquire(ctx); err == nil {
		t.Error("an empty fifo gave a token")
	}
}

func TestNoJobserver(t *testing.T) {
	// Two pipes that have nothing to do with make, where its own were.
	var ends [2]*os.File
	for i := range ends {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		ends[i] = r
	}
	foreign := fmt.Sprintf("--jobserver-auth=%d,%d", ends[0].Fd(), ends[1].Fd())
	if j := openJobserver(foreign); j != nil {
		t.Error("took foreign pipes for a jobserver")
	}
	for _, makeflags := range []string{"", "-k", "--jobserver-auth=97,98", "--jobserver-auth=fifo:/nonexistent"} {
		if j := openJobserver(makeflags); j != nil {
			t.Errorf("%q opened a jobserver", makeflags)
		}
	}
}
