//go:build !front

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/doctor"
	"thinrex/go/link"
	"thinrex/go/option"
)

func doctorCommand(o *options) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "doctor [--json] [thinrex's flags] [-- COMPILER [ITS FLAGS]]",
		Short: "Check whether thinrex works here, and say what to do if it doesn't",
		Long: `Check the options, the compiler, the linker, slicing, the disk cache and the
services, and link two small modules in a temporary folder. Each line begins with
ok, warning or broken; the exit code is 1 if something is broken. Nothing is
changed. Another compiler, and flags of it that links have, such as --target:

  thinrex doctor -- clang++-23 --target=aarch64-linux-gnu`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return fmt.Errorf("unknown argument %q: give a compiler behind --, as in thinrex doctor -- clang++-22", args[0])
			}
			return nil
		},
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, args []string) error {
			findings := doctor.Findings{Out: cmd.OutOrStdout()}
			if asJSON {
				findings.Out = io.Discard
			}
			if err := examine(cmd.Context(), o, args, findings.Add); err != nil {
				return err
			}
			if asJSON {
				if err := writeJSON(cmd.OutOrStdout(), findings.JSON()); err != nil {
					return err
				}
			}
			if findings.Err != nil {
				return findings.Err
			}
			if !findings.Healthy() {
				return errExit(exitCompilation)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: see docs/operate.md")
	return cmd
}

// examine makes all checks.
func examine(ctx context.Context, o *options, compiler []string, tell func(doctor.Line)) error {
	program, err := ownPath()
	if err != nil {
		return err
	}
	line := doctor.Line{Check: "thinrex", Status: doctor.OK, Text: program + ": " + strings.TrimSpace(versionLine())}
	if _, err := words(clangFlags(program, nil)); err != nil {
		line.Status, line.Text = doctor.Warning, err.Error()
	}
	tell(line)
	checkOptions(o, tell)
	if len(compiler) == 0 {
		if found, err := findTools(); err == nil { // if not, the check of the compiler says so
			compiler = []string{found.c}
		}
	}
	doctor.Run(ctx, doctorOptions(o, program, compiler), tell)
	return ctx.Err()
}

// checkOptions tells where options come from, and what is wrong with them.
func checkOptions(o *options, tell func(doctor.Line)) {
	say := func(status doctor.Status, text, advice string) {
		tell(doctor.Line{Check: "options", Status: status, Text: text, Advice: advice})
	}
	failing := func(err error) {
		if err != nil {
			say(doctor.Broken, err.Error(), "correct it: links fail with this")
		}
	}
	incomplete := o.complete()
	failing(incomplete)
	_, err := o.policy()
	failing(err)
	failing(o.checkStrategy())
	if o.Shared.Disable {
		say(doctor.Warning, "thinrex is disabled by "+sourceOf(o.flags, "disable"),
			"remove it, and links use the cache again")
	}
	for _, path := range config.Ignored() {
		say(doctor.Warning, path+" isn't read: it belongs to somebody else",
			"if it is the right one, make it yours, or give --config="+path)
	}
	for _, sentence := range o.flags.UnknownVariables(os.Environ()) {
		say(doctor.Warning, sentence, "correct its name, or unset it")
	}
	if incomplete == nil { // else there are no values of the file
		say(doctor.OK, givenText(o.flags), "")
	}
}

// givenText lists the options that aren't at their defaults, by the places that set them.
func givenText(flags *config.Flags) string {
	var given []string
	for _, e := range flags.Effective() {
		if e.Source.Place != config.Default {
			given = append(given, fmt.Sprintf("%s (%s)", e.Name, e.Source))
		}
	}
	if len(given) == 0 {
		return "all have their defaults"
	}
	return "given: " + strings.Join(given, ", ") + "; thinrex config prints the values"
}

func sourceOf(flags *config.Flags, name string) string {
	for _, e := range flags.Effective() {
		if e.Name == name {
			return e.Source.String()
		}
	}
	return ""
}

func doctorOptions(o *options, program string, compiler []string) doctor.Options {
	var warnings []string
	options := doctor.Options{
		Program:     program,
		Compiler:    compiler,
		DiskCache:   o.Store.Dir,
		Function:    o.Shared.DigestFunction,
		Env:         link.Environment(o.Shared.ActionEnv),
		Slicing:     o.Link.Slicing,
		Library:     o.Link.SlicingLibrary,
		Credentials: credentialOptions(o),
		Warnings:    &warnings,
		Variables:   trialVariables(o.flags),
		From:        func(name string) string { return sourceOf(o.flags, name) },
	}
	if o.hasService() {
		remote := remoteOptions(o, backendMnemonic, 1, func(_, format string, args ...any) {
			warnings = append(warnings, fmt.Sprintf(format, args...))
		})
		options.Remote = &remote
	}
	return options
}

// trialVariables give the link of two modules those of the user's options that matter to it.
func trialVariables(flags *config.Flags) (variables []string) {
	matter := []string{"action_env", "digest_function", "sandbox_base", "slicing", "slicing_library"}
	for _, e := range flags.Effective() {
		if e.Source.Place != config.Default && slices.Contains(matter, e.Name) {
			variables = append(variables, option.Variable(e.Name)+"="+strings.Join(e.Values, "\n"))
		}
	}
	return append(variables, option.Variable("verbose")+"=1")
}
