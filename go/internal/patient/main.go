// Command patient runs a test binary for as long as it gets on, instead of for
// a time: go test -timeout 0 -exec patient. A test that has begun or ended, or
// printed something, is progress; time in which other programs kept the machine
// from these tests doesn't count. Tests that make no progress for -limit are
// ended, after their stacks were printed.
//
// It prints what the binary would: go test adds its own lines.
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

// step is how often progress is looked at.
const step = time.Second

// grace is how long a binary may take to print its stacks.
const grace = time.Minute

func main() {
	limit := flag.Duration("limit", 10*time.Minute, "end tests that make no progress for so long")
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

// run returns the exit code of a test binary, and prints to stdout what that
// prints. It fails if the binary couldn't be run or was ended.
func run(command []string, limit time.Duration, stdout io.Writer) (code int, err error) {
	out := output{to: stdout}
	args := command[1:]
	if asksForTestResults(args) {
		args = append(args, "-test.v=test2json")
		out.results = true
	}
	cmd := exec.Command(command[0], args...)
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	cmd.Stdout, cmd.WaitDelay = &out, grace // of what is left behind and holds the pipe
	cmd.SysProcAttr = endsWithParent()
	runtime.LockOSThread() // with the thread that starts it the child would end
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
				err := fmt.Errorf("%s: no test began, ended or printed anything for %v in which the machine was free: %s",
					filepath.Base(command[0]), limit, out.running())
				stop(cmd, ended)
				out.end(false)
				return 1, err
			}
		}
	}
}

// asksForTestResults reports whether a test binary is to run tests and its
// output may be chosen here: not if the caller listens to it, or it only makes
// a list, benchmarks or fuzzes.
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
	return 2 // by a signal
}

// notExit returns an error but for one that only says that the binary failed,
// of which it has spoken itself.
func notExit(err error) error {
	exit := (*exec.ExitError)(nil)
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		return nil
	}
	return err
}

// stop has a binary print its stacks and ends it with all its descendants.
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
