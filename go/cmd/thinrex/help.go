package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/option"
)

// helpCommand is thinrex help. Unlike cobra's own, it fails for a command that isn't there.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			named, _, err := root.Find(args)
			if err != nil || named == root && len(args) > 0 {
				return &usageError{unknownCommand(root, args[0])}
			}
			return named.Help()
		},
	}
}

// printUsage prints how to call a command: what --help says below the
// description.
func printUsage(cmd *cobra.Command, options *config.Flags) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s [command]\n\nCommands:\n", cmd.CommandPath())
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s %s\n", cmd.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	fmt.Fprintf(&b, "\nFlags:\n%s", cmd.LocalNonPersistentFlags().FlagUsages())
	for _, group := range option.Groups() {
		usages := options.Usages(func(row option.Row) bool {
			return row.Group == group && !(cmd.Name() == ccName && row.Phase == option.LinkOnly)
		})
		if usages != "" {
			fmt.Fprintf(&b, "\n%s:\n%s", group, usages)
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nUse \"%s [command] --help\" for more information about a command.\n", cmd.CommandPath())
	}
	fmt.Fprintf(&b, "\n%s\n", exitCodesHelp)
	_, err := fmt.Fprint(cmd.OutOrStderr(), b.String())
	return err
}
