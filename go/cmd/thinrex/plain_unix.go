//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// runPlain replaces this process by the command, which so gets its signals, its
// terminal and its parent. It returns only if that fails, or if ctx has ended.
func runPlain(ctx context.Context, args, env []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil && !errors.Is(err, exec.ErrDot) { // as a shell, accept a program in the working directory if PATH has it
		return &errCannotRun{args[0], reason(err)}
	}
	if err := releaseSignals(ctx); err != nil {
		return err
	}
	// SIGPIPE is ignored here, and a command would inherit that. A signal with a
	// handler has its default action again in the command.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return &errCannotRun{args[0], syscall.Exec(path, args, env)}
}
