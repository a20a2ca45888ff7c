package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"thinrex/go/config"
)

// newRoot returns the program's command with all subcommands.
func newRoot(started start) *cobra.Command {
	var o options
	root := distributeCommand(&o, started)
	root.Use = "thinrex [flags] FILE.dist-file.json"
	root.Short = "Run lld's ThinLTO backend compilations, keyed by content"
	root.Long = `Thinrex is a DTLTO distributor: lld calls it with a dist-file, and it runs the
backend compilations that the file lists, or takes their results from a cache
whose keys depend on content alone.

Turn it on with one flag of clang's (thinrex flags prints it):

  clang++ -flto=thin -fuse-ld=lld -fthinlto-distributor=$(command -v thinrex) *.o

Each option can also be given as a variable THINREX_<NAME>, or as a key of
thinrex.toml in the working directory, one of its parents, or the user's
configuration folder. In flags, - and _ are alike. A flag reaches a link as
-Xthinlto-distributor=--NAME=VALUE.`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	addVersionFlag(root)
	o.flags = config.Define(root.PersistentFlags(), o.Rows())
	root.SetGlobalNormalizationFunc(o.flags.Normalize)
	root.SetUsageFunc(func(cmd *cobra.Command) error { return printUsage(cmd, o.flags) })
	root.SetFlagErrorFunc(explainFlagError)
	distribute := distributeCommand(&o, started)
	distribute.Use = "distribute [flags] FILE.dist-file.json"
	distribute.Short = "Run the jobs of a dist-file; the same as without a subcommand"
	root.AddCommand(distribute, ccCommand(&o), configCommand(&o), flagsCommand(&o), pruneCommand(&o), versionCommand())
	return root
}

// explainFlagError says how to find the right flag. pflag's own error for an
// unknown one-letter flag shows the whole argument, which may hold a secret.
func explainFlagError(cmd *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedShortnames() != "" {
		err = errors.New("unknown one-letter flag; other flags begin with two dashes")
	}
	return fmt.Errorf("%w\n%s --help lists the flags", err, cmd.CommandPath())
}
