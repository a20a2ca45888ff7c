package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/host"
	"thinrex/go/option"
	"thinrex/go/report"
)

// flagsCommand is thinrex flags.
func flagsCommand(o *options) *cobra.Command {
	linker := "clang"
	cmd := &cobra.Command{
		Use:   "flags [--for=clang|lld|lld-link] [thinrex's flags]",
		Short: "Print the link flags that turn thinrex on",
		Long: `Print the flags that make a link use this thinrex, for a link through clang, or
for lld called directly. Further flags of thinrex's are passed on:

  clang++ -O2 $(thinrex flags --verbose) *.o -o app`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.flags.Check(); err != nil {
				return &usageError{err}
			}
			o.warnOfVariables(report.NewTerminal(os.Stderr, o.Report.Verbose))
			given, err := givenFlags(o.flags)
			if err != nil {
				return err
			}
			link, err := linkFlags(linker, given)
			if err != nil {
				return err
			}
			if err := staysWhole(link); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), strings.Join(link, " "))
			return nil
		},
	}
	cmd.Flags().StringVar(&linker, "for", linker, "the `program` that gets the flags: clang, lld or lld-link")
	return cmd
}

// givenFlags returns the options on the command line, in the form of flags. It
// refuses secrets: on the link's command line every user of the machine can read
// them.
func givenFlags(flags *config.Flags) (given []string, err error) {
	for _, o := range flags.Given() {
		if o.Secret {
			return nil, usagef("--%s would be seen in lists of processes: "+
				"put it in thinrex.toml or %s, or use --credential_helper", o.Name, option.Variable(o.Name))
		}
		for _, value := range o.Values {
			given = append(given, "--"+o.Name+"="+value)
		}
	}
	return given, nil
}

// staysWhole returns an error for a flag that a shell would split or expand where it
// replaces $(thinrex flags).
func staysWhole(flags []string) error {
	for _, flag := range flags {
		if at := strings.IndexAny(flag, " \t\n*?["); at >= 0 {
			return usagef("a shell would split or expand $(thinrex flags) at the %q in %s: "+
				"give an option with such a value in thinrex.toml, or by its variable; "+
				"keep thinrex and the compiler in folders without it", flag[at], flag)
		}
	}
	return nil
}

// linkFlags returns the flags by which a linker, or clang in front of it, calls
// this thinrex with the options.
func linkFlags(linker string, options []string) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	switch linker {
	case "clang":
		return clangFlags(self, options), nil
	case "lld":
		return lldFlags("--", "=", self, options)
	case "lld-link":
		return lldFlags("/", ":", self, options)
	}
	return nil, usagef("--for=%s: give clang, lld or lld-link", linker)
}

func clangFlags(self string, options []string) []string {
	flags := []string{"-flto=thin", "-fuse-ld=lld", "-fthinlto-distributor=" + self}
	for _, o := range options {
		if strings.Contains(o, ",") { // clang splits what follows -Xthinlto-distributor= at commas
			flags = append(flags, "-Xlinker", "--thinlto-distributor-arg="+o)
			continue
		}
		flags = append(flags, "-Xthinlto-distributor="+o)
	}
	return flags
}

// lldFlags are for a linker whose flags are --NAME=VALUE or /NAME:VALUE.
func lldFlags(dash, separator, self string, options []string) ([]string, error) {
	compiler, err := findCompiler()
	if err != nil {
		return nil, err
	}
	flags := []string{
		dash + "thinlto-distributor" + separator + self,
		dash + "thinlto-remote-compiler" + separator + compiler,
	}
	for _, o := range options {
		flags = append(flags, dash+"thinlto-distributor-arg"+separator+o)
	}
	return flags, nil
}

// findCompiler returns a clang that supports DTLTO.
func findCompiler() (string, error) {
	for _, name := range []string{"clang-22", "clang-23", "clang"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", &host.EnvironmentError{Err: errors.New("no clang-22, clang-23 or clang on PATH")}
}
