//go:build front

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"thinrex/go/host"
	"thinrex/go/option"
	"thinrex/go/outage"
	"thinrex/go/report"
)

// The front is this program without all that a hit from the disk doesn't need: gRPC, the
// API's messages and TLS take more time at a start than such a hit. It knows the commands
// that builds start thousands of times. For anything else the whole program takes over,
// which stands beside it.

const isFront = true

// handOver replaces this process by the whole program, with the same arguments. It returns
// only if that fails, or if ctx has ended.
func handOver(ctx context.Context) error {
	path, err := host.FindBeside(host.WholeProgram)
	if err != nil {
		return &host.EnvironmentError{Err: fmt.Errorf("%w: it is for remote services and all but the commonest "+
			"commands; copy it there (make build makes it, too)", err)}
	}
	if isThisProgram(path) { // it would hand over to itself for ever
		return &host.EnvironmentError{Err: fmt.Errorf("%s is the small program thinrex under another name: "+
			"put the real one there (make build makes it)", path)}
	}
	err = runPlain(ctx, append([]string{path}, os.Args[1:]...), append(os.Environ(), handedOverVariable(ctx)))
	if cannot, ok := errors.AsType[*errCannotRun](err); ok { // whose exit code would be that of a compiler
		return &host.EnvironmentError{Err: errors.New(cannot.Error())}
	}
	return err
}

// isThisProgram is also true for a symbolic link to this program.
func isThisProgram(path string) bool {
	self, err := os.Executable()
	if err != nil {
		return false
	}
	own, err := os.Stat(self)
	if err != nil {
		return false
	}
	other, err := os.Stat(path)
	return err == nil && os.SameFile(own, other)
}

// addRareCommands leaves all of them, and the help for any, to the whole program.
func addRareCommands(root *cobra.Command, _ *options, _ []option.Row) {
	root.SetHelpFunc(func(*cobra.Command, []string) {
		ctx := root.Context() // thinrex help cc gives cc none
		os.Exit(exitCode(ctx, handOver(ctx)))
	})
}

func prepareServices() {}

func dialForLink(context.Context, *options, int, *report.Terminal) (linkClient, error) {
	return nil, nil
}

func newCompileRemote(context.Context, *options, string, *report.Terminal) *outage.Cache { return nil }

func newBackendService(context.Context, *options, string, *report.Terminal) backendClient { return nil }
