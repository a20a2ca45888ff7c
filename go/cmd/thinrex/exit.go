package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link"
)

// The exit codes. docs/options.md lists them for users.
const (
	exitOK          = 0
	exitCompilation = 1
	exitUsage       = 2
	exitEnvironment = 3
	exitUnexpected  = 4
	exitCannotRun   = 126
	exitNotFound    = 127
	exitSignal      = 128 // plus the signal's number
)

const exitCodesHelp = `Exit codes:
  0  all outputs are written
  1  a compilation failed; the compiler's messages come first. Or thinrex doctor
     or verify found something broken, or thinrex explain fewer hits than
     --min_hit_rate
  2  bad usage, or an input that can't be used
  3  this machine couldn't do it: no compiler, no space, no place to write;
     or, with --exec_strategy=remote, the remote service couldn't
  4  a failure of another kind, which thinrex didn't expect: please report it
  126, 127  thinrex cc: the compiler can't be run, there is none
  128+N  ended by signal N, with nothing left behind`

// A usageError is one that the user can mend: in a flag, a configuration file or
// an input.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// An errStopped is the cause of a context that ended because of a signal, or
// because the linker is gone.
type errStopped struct {
	why  string
	code int
}

func (e *errStopped) Error() string { return e.why }

// An errExit ends the program with a compiler's exit code. The compiler's messages
// are printed.
type errExit int

func (e errExit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// errCannotRun says that there is no such compiler, or that it can't be run. The
// exit code is what a shell would give.
type errCannotRun struct {
	program string
	err     error
}

func (e *errCannotRun) Error() string { return fmt.Sprintf("can't run %q: %v", e.program, e.err) }
func (e *errCannotRun) Unwrap() error { return e.err }

// reason drops the program's name, which errCannotRun prints, from an error.
func reason(err error) error {
	if search, ok := errors.AsType[*exec.Error](err); ok {
		err = search.Err
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return err
}

func (e *errCannotRun) code() int {
	if errors.Is(e.err, exec.ErrNotFound) || errors.Is(e.err, fs.ErrNotExist) {
		return exitNotFound
	}
	return exitCannotRun
}

// exitCode prints the error that a command ended with, unless that is done, and
// returns the program's exit code for it.
func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	if compiler, ok := errors.AsType[errExit](err); ok {
		return int(compiler)
	}
	stopped, ok := errors.AsType[*errStopped](context.Cause(ctx))
	if !ok {
		stopped, ok = errors.AsType[*errStopped](err)
	}
	if ok {
		fmt.Fprintf(os.Stderr, "thinrex: %s\n", stopped.why)
		return stopped.code
	}
	if errors.Is(err, link.ErrCompilation) {
		return exitCompilation // the link has printed all of it
	}
	fmt.Fprintf(os.Stderr, "thinrex: %v\n", err)
	if cannot, ok := errors.AsType[*errCannotRun](err); ok {
		return cannot.code()
	}
	switch {
	case isEnvironment(err):
		return exitEnvironment
	case isUsage(err):
		return exitUsage
	case isRefusal(err):
		return exitEnvironment
	}
	return exitUnexpected
}

func isEnvironment(err error) bool {
	_, ok := errors.AsType[*host.EnvironmentError](err)
	return ok || errors.Is(err, syscall.ENOSPC)
}

func isUsage(err error) bool {
	_, usage := errors.AsType[*usageError](err)
	_, input := errors.AsType[*action.InputError](err)
	return usage || input || errors.Is(err, action.ErrInputChanged)
}

// isRefusal reports whether the operating system refused something that nobody
// expected it to refuse.
func isRefusal(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	_, call := errors.AsType[*os.SyscallError](err)
	_, errno := errors.AsType[syscall.Errno](err)
	return path || link || call || errno
}
