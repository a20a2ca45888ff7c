package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

// runPlain runs the command as if the user had called it without thinrex.
func runPlain(ctx context.Context, args, env []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return errExit(exit.ExitCode())
	}
	if err != nil {
		return &errCannotRun{args[0], reason(err)}
	}
	return nil
}
