//go:build !front

package main

import (
	"context"

	"thinrex/go/option"

	"github.com/spf13/cobra"
)

const isFront = false

// handOver does nothing: this is the whole program. See front.go.
func handOver(context.Context) error { return nil }

// addRareCommands adds the commands that the front doesn't have.
func addRareCommands(root *cobra.Command, o *options, rows []option.Row) {
	root.AddCommand(clearCommand(o), completionCommand(), configCommand(o), doctorCommand(o), duCommand(o),
		explainCommand(o), manCommand(o), pruneCommand(o), replayCommand(o), reportCommand(o), statsCommand(o),
		verifyCommand(o))
	completeValues(root, rows)
}
