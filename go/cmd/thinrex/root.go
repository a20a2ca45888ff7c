package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

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
	rows := o.Rows()
	o.flags = config.Define(root.PersistentFlags(), rows)
	root.SetGlobalNormalizationFunc(o.flags.Normalize)
	root.SetUsageFunc(func(cmd *cobra.Command) error { return printUsage(cmd, o.flags) })
	root.SetFlagErrorFunc(explainFlagError)
	root.SetHelpCommand(helpCommand())
	root.Args = func(cmd *cobra.Command, args []string) error {
		return cmp.Or(checkCommand(cmd, args), oneDistFile(cmd, args))
	}
	distribute := distributeCommand(&o, started)
	distribute.Use = "distribute [flags] FILE.dist-file.json"
	distribute.Short = "Run the jobs of a dist-file; the same as without a subcommand"
	root.AddCommand(distribute, ccCommand(&o, started), flagsCommand(&o), versionCommand())
	addRareCommands(root, &o, rows)
	return root
}

// checkCommand refuses a first word that is neither a command nor a dist-file. lld's
// dist-files end in .json; any other file that is there is taken for one, too.
func checkCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 || strings.HasSuffix(args[0], ".json") {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return nil
	}
	return unknownCommand(root, args[0])
}

func unknownCommand(root *cobra.Command, word string) error {
	var names []string
	for _, sub := range root.Commands() {
		names = append(names, sub.Name())
	}
	hint := ""
	if near := config.Nearest(word, names); near != "" {
		hint = fmt.Sprintf("; did you mean thinrex %s?", near)
	}
	return fmt.Errorf("unknown command %q%s\nthinrex --help lists the commands; a dist-file's name ends in .json",
		word, hint)
}

// noArguments is for commands that take flags only.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument %q, only flags\n%s --help says how to use it",
			cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// explainFlagError says how to find the right flag. pflag's own error for an
// unknown one-letter flag shows the whole argument, which may hold a secret.
func explainFlagError(cmd *cobra.Command, err error) error {
	if !cmd.HasParent() { // thinrex prun --policy=P: the flag is unknown because the command is
		if err := checkCommand(cmd, cmd.Flags().Args()); err != nil {
			return err
		}
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
		written := strings.ReplaceAll(unknown.GetSpecifiedName(), "-", "_")
		if near := config.Nearest(written, names); near != "" {
			err = fmt.Errorf("%w; did you mean --%s?", err, near)
		}
		if unknown.GetSpecifiedShortnames() != "" {
			err = errors.New("unknown one-letter flag; other flags begin with two dashes")
		}
	}
	return fmt.Errorf("%w\n%s --help lists the flags", err, cmd.CommandPath())
}
