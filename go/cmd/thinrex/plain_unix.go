//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"thinrex/go/link"
)

// runPlain becomes the command.
func runPlain(_ context.Context, args []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return &link.EnvironmentError{Err: err}
	}
	// A signal that is ignored stays so in the command; one that is waited for
	// doesn't.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return &link.EnvironmentError{Err: &os.PathError{Op: "run", Path: path, Err: syscall.Exec(path, args, os.Environ())}}
}
