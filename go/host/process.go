// Package host runs commands on this machine. Each runs in a process group of its own,
// which ends when thinrex ends, and in a private directory that holds exactly its inputs.
// A Companion is another kind: a program that is talked to until it isn't needed any more.
// No more commands run at a time than there are slots.
package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Process is a program to run.
type Process struct {
	Path  string   // of the program
	Args  []string // without the program's name
	Dir   string
	Env   []string
	Stdin []byte // the program may leave it unread
}

// An Exit says how a process ended.
type Exit struct {
	Code           int
	Signal         string // "" unless a signal ended it
	Stdout, Stderr []byte // at most maxOutput each
	Began          time.Time
	Ran            time.Duration // on the clock
	CPU            time.Duration
}

// ErrStart says that the program couldn't be started.
var ErrStart = errors.New("can't start the compiler")

const (
	// grace is how long a process may take to clean up after SIGTERM.
	grace = 2 * time.Second
	// maxOutput bounds how much of one stream is kept in memory.
	maxOutput = 16 << 20 // bytes
)

// Run runs p to its end. The error is the context's, after p and all its
// children have been ended, or wraps ErrStart.
func Run(ctx context.Context, p Process) (Exit, error) {
	cmd := exec.CommandContext(ctx, p.Path, p.Args...)
	cmd.Dir, cmd.Env = p.Dir, p.Env
	if p.Stdin != nil {
		cmd.Stdin = bytes.NewReader(p.Stdin)
	}
	cmd.WaitDelay = grace
	ownGroup(cmd)
	var ended time.Time
	end := cmd.Cancel
	cmd.Cancel = func() error { ended = time.Now(); return end() }

	// The kernel's parent-death signal is tied to the thread that forks.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var stdout, stderr output
	began := time.Now()
	if err := start(cmd, &stdout, &stderr); err != nil {
		if ctx.Err() != nil {
			return Exit{}, ctx.Err()
		}
		return Exit{}, fmt.Errorf("%w: %w", ErrStart, err)
	}
	err := cmd.Wait()
	if ended.IsZero() {
		ended = time.Now()
	}
	until := ended.Add(grace) // for children that still have our pipes
	outText, errText := stdout.finish(until), stderr.finish(until)
	endGroup(cmd.Process.Pid) // children that a wrapper left, or that SIGTERM didn't end
	if ctx.Err() != nil {
		return Exit{}, ctx.Err()
	}
	if cmd.ProcessState == nil {
		return Exit{}, fmt.Errorf("wait for %s: %w", p.Path, err)
	}
	return Exit{
		Code:   cmd.ProcessState.ExitCode(),
		Signal: signalOf(cmd.ProcessState),
		Stdout: outText,
		Stderr: errText,
		Began:  began,
		Ran:    ended.Sub(began),
		CPU:    cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
	}, nil
}

// Environ returns env as NAME=VALUE strings, in no particular order.
func Environ(env map[string]string) []string {
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// Inherited is the environment of jobs that run as the linker or user asked, uncached. It
// lacks thinrex's own settings, which may hold secrets.
func Inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "THINREX_") })
}
