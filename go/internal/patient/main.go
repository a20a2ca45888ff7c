// Command patient runs a test binary and ends it only when it makes no progress:
//
//	go test -timeout 0 -exec patient
//
// Progress is a test that begins, ends or prints something. When there is none for
// -limit, patient has the binary print the stacks of its goroutines and kills it
// with all its child processes. Time in which other programs used the processors
// doesn't count, so that a busy machine fails no test.
//
// Its output is what the binary prints without it, and go test adds its own lines.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// step is the time between two looks at the progress.
const step = time.Second

// grace is the time that a binary has to print its stacks.
const grace = time.Minute

func main() {
	limit := flag.Duration("limit", 10*time.Minute, "kill the tests after this time without progress")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: patient [-limit 10m] TEST_BINARY [ARGUMENT...]")
		os.Exit(2)
	}
	code, err := run(flag.Args(), *limit, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "patient:", err)
	}
	os.Exit(code)
}

// run runs a test binary, copies its output to stdout and returns its exit code.
// The error says that the binary couldn't be started, or why it was killed.
func run(command []string, limit time.Duration, stdout io.Writer) (code int, err error) {
	out := output{to: stdout}
	args := command[1:]
	if asksForTestResults(args) {
		args = append(args, "-test.v=test2json")
		out.results = true
	}
	cmd := exec.Command(command[0], args...)
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	cmd.Stdout = &out
	cmd.WaitDelay = grace // a process that the tests left behind may keep the pipe open
	cmd.SysProcAttr = endsWithParent()
	runtime.LockOSThread() // the child is killed when the thread that started it ends
	if err := cmd.Start(); err != nil {
		return 2, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM)
	w := watch{limit: limit}
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		select {
		case err := <-ended:
			out.end(cmd.ProcessState.ExitCode() == 0)
			return exitCode(cmd.ProcessState), notExit(err)
		case s := <-stopped:
			_ = cmd.Process.Signal(s)
		case <-ticker.C:
			if w.tick(out.lines(), sample(cmd.Process.Pid)) {
				err := fmt.Errorf("%s was killed: for %v, not counting the time that other programs used, "+
					"no test began, ended or printed anything; %s",
					filepath.Base(command[0]), limit, out.running())
				stop(cmd, ended)
				out.end(false)
				return 1, err
			}
		}
	}
}

// asksForTestResults reports whether patient may choose the output format. It may
// not when the caller chose one (-test.v), or when the binary lists tests, runs
// benchmarks or fuzzes instead of running tests.
func asksForTestResults(args []string) bool {
	for _, arg := range args {
		for _, own := range []string{"-test.v", "-test.list", "-test.bench=", "-test.fuzz="} {
			if strings.HasPrefix(arg, own) {
				return false
			}
		}
	}
	return true
}

func exitCode(state *os.ProcessState) int {
	if code := state.ExitCode(); code >= 0 {
		return code
	}
	return 2 // killed by a signal
}

// notExit drops the error of a binary that exited with a failure: its own output
// says why.
func notExit(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() >= 0 {
		return nil
	}
	return err
}

// stop has a binary print its stacks, and kills it with all its descendants.
func stop(cmd *exec.Cmd, ended <-chan error) {
	left := descendants(cmd.Process.Pid)
	_ = askForStacks(cmd.Process)
	select {
	case <-ended:
	case <-time.After(grace):
	}
	for _, pid := range append(left, cmd.Process.Pid) {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
}
