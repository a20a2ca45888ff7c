package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/host"
	"thinrex/go/option"
	"thinrex/go/report"
)

// flagsCommand is thinrex flags.
func flagsCommand(o *options) *cobra.Command {
	reader := "clang"
	cmd := &cobra.Command{
		Use:   "flags [--for=clang|linker|lld|lld-link|cmake|meson|rustc] [thinrex's flags]",
		Short: "Print the link flags that turn thinrex on",
		Long: `Print what makes links use this thinrex. Further flags of thinrex's are passed
on. --for names what is to read it:

  clang     clang's link line (the default): clang++ -O2 $(thinrex flags) *.o -o app
  linker    the link line of another compiler that calls lld:
            gcc -fuse-ld=lld $(thinrex flags --for=linker) *.o -o app
  lld       the command line of ld.lld
  lld-link  the command line of lld-link
  cmake     CMake's command line. It also makes CMake compile with -flto=thin
            and through thinrex cc:
            flags=$(thinrex flags --for=cmake) && eval "cmake -B build $flags"
  meson     a native file of Meson's, which does the same:
            thinrex flags --for=meson >thinrex.ini &&
              meson setup build --native-file=thinrex.ini
  rustc     rustc's command line: RUSTFLAGS="$(thinrex flags --for=rustc)" cargo build`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.flags.Check(); err != nil {
				return &usageError{err}
			}
			o.warnOfVariables(report.NewTerminal(os.Stderr, o.Report.Verbose))
			if err := checkNoSecrets(o.flags); err != nil {
				return err
			}
			text, err := flagsFor(reader, o.flags)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), text)
			return nil
		},
	}
	cmd.Flags().StringVar(&reader, "for", reader,
		"the `program` that reads the flags: clang, linker, lld, lld-link, cmake, meson or rustc")
	completeFlag(cmd, "for", "clang", "linker", "lld", "lld-link", "cmake", "meson", "rustc")
	return cmd
}

// completeFlag makes shells complete the values of one of a command's flags.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	complete := cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the command has no such flag, or completes it already
	}
}

// flagsFor returns what makes the reader's links call this thinrex with the given
// options.
func flagsFor(reader string, given *config.Flags) (string, error) {
	self, err := ownPath()
	if err != nil {
		return "", err
	}
	options := givenOptions(given, option.CompileOnly)
	if reader == "clang" { // the only one that needs no compiler on PATH
		return words(clangFlags(self, options))
	}
	tools, err := findTools()
	if err != nil {
		return "", err
	}
	switch reader {
	case "linker":
		return words(driverFlags(self, tools.c, options))
	case "lld":
		return words(lldFlags("--", "=", self, tools.c, options))
	case "lld-link":
		return words(lldFlags("/", ":", self, tools.c, options))
	case "cmake":
		return cmakeFlags(tools, self, given)
	case "meson":
		return mesonFile(tools, self, given), nil
	case "rustc":
		return words(rustcFlags(tools.c, clangFlags(self, options)))
	}
	return "", usagef("--for=%s: give clang, linker, lld, lld-link, cmake, meson or rustc", reader)
}

// ownPath is this program's path for a linker: see host.OwnProgram.
func ownPath() (string, error) {
	self, err := host.OwnProgram()
	if err != nil {
		return "", &host.EnvironmentError{Err: err}
	}
	return self, nil
}

// checkNoSecrets refuses secrets: on a command line every user of the machine can
// read them, and in a build system's files perhaps.
func checkNoSecrets(flags *config.Flags) error {
	for _, o := range flags.Given() {
		if o.Secret {
			return usagef("--%s would be seen in lists of processes: "+
				"put it in thinrex.toml or %s, or use --credential_helper", o.Name, option.Variable(o.Name))
		}
	}
	return nil
}

// givenOptions returns the options on the command line, in the form of flags, but not
// those for the other phase.
func givenOptions(flags *config.Flags, otherPhase option.Phase) (given []string) {
	for _, o := range flags.Given() {
		if o.Phase == otherPhase {
			continue
		}
		for _, value := range o.Values {
			given = append(given, "--"+o.Name+"="+value)
		}
	}
	return given
}

// words returns the line for a shell to put in place of $(thinrex flags). It refuses
// flags that the shell would split or expand there.
func words(flags []string) (string, error) {
	for _, flag := range flags {
		if at := strings.IndexAny(flag, " \t\n*?["); at >= 0 {
			return "", usagef("a shell would split or expand $(thinrex flags) at the %q in %s: "+
				"give an option with such a value in thinrex.toml, or by its variable; "+
				"keep thinrex and the compiler in folders without it", flag[at], flag)
		}
	}
	return strings.Join(flags, " "), nil
}

// clangFlags begin with -flto=thin, without which clang ignores its own flag for a
// distributor. Libtool drops that flag from the links of shared libraries, hence the
// same in the form for lld, which it hands on.
func clangFlags(self string, options []string) []string {
	own := []string{"-flto=thin", "-fuse-ld=lld", "-fthinlto-distributor=" + self}
	return append(own, driverFlags(self, "", options)...)
}

// driverFlags are lld's flags in the form that any compiler hands on to its linker.
func driverFlags(self, compiler string, options []string) (flags []string) {
	for _, flag := range lldFlags("--", "=", self, compiler, options) {
		if strings.Contains(flag, ",") { // -Wl, splits at commas
			flags = append(flags, "-Xlinker", flag)
			continue
		}
		flags = append(flags, "-Wl,"+flag)
	}
	return flags
}

// lldFlags are for a linker whose flags are --NAME=VALUE or /NAME:VALUE. Without a
// compiler, thinrex takes the one that starts lld.
func lldFlags(dash, separator, self, compiler string, options []string) []string {
	flags := []string{dash + "thinlto-distributor" + separator + self}
	if compiler != "" {
		flags = append(flags, dash+"thinlto-remote-compiler"+separator+compiler)
	}
	for _, o := range options {
		flags = append(flags, dash+"thinlto-distributor-arg"+separator+o)
	}
	return flags
}
