package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/host"
	"thinrex/go/option"
)

func flagsCommand(o *options) *cobra.Command {
	linker := "clang"
	cmd := &cobra.Command{
		Use:   "flags [--for=clang|lld|lld-link] [thinrex's flags]",
		Short: "Print the link flags that turn thinrex on",
		Long: `Print the flags that make a link use this thinrex, for a link through clang, or
for lld called directly. Further flags of thinrex's are passed on:

  clang++ -O2 $(thinrex flags --verbose) *.o -o app`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.flags.Check(); err != nil {
				return &usageError{err}
			}
			given, err := givenFlags(o.flags)
			if err != nil {
				return err
			}
			words, err := linkFlags(linker, given)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), strings.Join(words, " "))
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
			return nil, usagef("--%s would be seen in lists of processes: put it in thinrex.toml or %s, or use --credential_helper",
				o.Name, option.Variable(o.Name))
		}
		for _, value := range o.Values {
			given = append(given, "--"+o.Name+"="+value)
		}
	}
	return given, nil
}

func linkFlags(linker string, options []string) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return nil, &host.EnvironmentError{Err: err}
	}
	var words []string
	pass := "-Xthinlto-distributor="
	switch linker {
	case "clang":
		words = []string{"-flto=thin", "-fuse-ld=lld", "-fthinlto-distributor=" + self}
	case "lld", "lld-link":
		compiler, err := findCompiler()
		if err != nil {
			return nil, err
		}
		dash := "--"
		if linker == "lld-link" {
			dash = "/"
		}
		separator := map[string]string{"--": "=", "/": ":"}[dash]
		words = []string{dash + "thinlto-distributor" + separator + self, dash + "thinlto-remote-compiler" + separator + compiler}
		pass = dash + "thinlto-distributor-arg" + separator
	default:
		return nil, usagef("--for=%s: give clang, lld or lld-link", linker)
	}
	for _, o := range options {
		if linker == "clang" && strings.Contains(o, ",") { // clang splits at commas
			words = append(words, "-Xlinker", "--thinlto-distributor-arg="+o)
			continue
		}
		words = append(words, pass+o)
	}
	return words, nil
}

// findCompiler returns a clang that knows DTLTO.
func findCompiler() (string, error) {
	for _, name := range []string{"clang-22", "clang-23", "clang"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", &host.EnvironmentError{Err: fmt.Errorf("no clang-22, clang-23 or clang on PATH")}
}
