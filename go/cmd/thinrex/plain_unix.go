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
	signal.Reset(syscall.SIGPIPE) // which is inherited when it is ignored
	return &link.EnvironmentError{Err: &os.PathError{Op: "run", Path: path, Err: syscall.Exec(path, args, os.Environ())}}
}
