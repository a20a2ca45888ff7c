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

// runPlain becomes the command.
func runPlain(_ context.Context, args, env []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil && !errors.Is(err, exec.ErrDot) { // whoever has . in PATH wants it
		return &errCannotRun{args[0], reason(err)}
	}
	// A signal that is ignored stays so in the command; one that is waited for
	// doesn't.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return &errCannotRun{args[0], syscall.Exec(path, args, env)}
}
