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
			if got.Code != tc.code || got.Signal != tc.signal ||
				string(got.Stdout) != tc.stdout || string(got.Stderr) != tc.stderr {
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

// waitFor waits for as long as it takes. If the test never ends, the program that runs
// the tests ends it and prints what it was waiting for.
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

// All that an ended process has written is read, even if its pipe is read late and a
// child of the process still has it open.
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
