//go:build !front

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/option"
)

// shells lists those that thinrex completion knows.
var shells = []string{"bash", "fish", "powershell", "zsh"}

// completionCommand is thinrex completion. Unlike cobra's own, it is one command and not
// five, because each start of the program makes all commands.
func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|fish|powershell|zsh",
		Short: "Print a script that makes a shell complete thinrex's commands and flags",
		Long: `Print a script with which a shell completes thinrex's commands and flags. Packages
and make install put it in its place. Without them:

  bash        thinrex completion bash >~/.local/share/bash-completion/completions/thinrex
              (and install the package bash-completion)
  fish        thinrex completion fish >~/.config/fish/completions/thinrex.fish
  zsh         thinrex completion zsh >_thinrex
              (in a folder of $fpath; compinit must run afterwards)
  powershell  thinrex completion powershell | Out-String | Invoke-Expression
              (in your profile)`,
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("takes one shell, not %d arguments: %s", len(args), strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			case "zsh":
				return root.GenZshCompletion(out)
			}
			return usagef("unknown shell %q: give one of %s", args[0], strings.Join(shells, ", "))
		},
	}
}

// completeValues makes shells complete the values of options that take one of a few.
func completeValues(root *cobra.Command, rows []option.Row) {
	for _, row := range rows {
		choice, ok := row.Value.(interface{ Names() []string })
		if !ok {
			continue
		}
		completeFlag(root, row.Name, choice.Names()...)
	}
}
