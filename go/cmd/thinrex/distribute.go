package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
	"thinrex/go/link"
	"thinrex/go/link/distfile"
	"thinrex/go/link/linker"
	"thinrex/go/report"
)

func distributeCommand(o *options, started start) *cobra.Command {
	return &cobra.Command{
		Args: oneDistFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.completeHere(cmd.Context()); err != nil {
				return err
			}
			terminal := report.NewTerminal(os.Stderr, o.Report.Verbose)
			terminal.SetProgress(o.Report.Progress)
			o.warnOfVariables(terminal)
			if o.Shared.Disable {
				terminal.Verbose("disabled: jobs run as the linker wrote them, and nothing is cached")
				o.turnOff()
			} else if o.Store.Dir == "" && !o.flags.IsGiven("disk_cache") {
				terminal.WarnOnce("cache", "no home folder to keep a cache in; give --disk_cache=DIR")
			}
			ctx, stop := whileParentRuns(cmd.Context(), started.parent)
			defer stop()
			err := distribute(ctx, args[0], o, terminal, started)
			if gone, ok := errors.AsType[*errStopped](context.Cause(ctx)); ok && err != nil {
				return gone
			}
			return err
		},
	}
}

func oneDistFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("takes one dist-file, not %d arguments\n%s --help says how to use it",
			len(args), cmd.CommandPath())
	}
	return nil
}

// distribute runs the link that a dist-file describes. An error of the cache or of
// the summary's file only prints a warning: the linker has its outputs then.
func distribute(ctx context.Context, path string, o *options, terminal *report.Terminal, started start) error {
	policy, err := o.policy()
	if err != nil {
		return err
	}
	if err := o.checkStrategy(); err != nil {
		return err
	}
	file, err := distfile.Read(path)
	if err != nil {
		return &usageError{err}
	}
	if err := findCompiler(file, started.parent); err != nil {
		return &usageError{err}
	}
	if err := addMissing(file, started.parent, terminal); err != nil {
		return &usageError{err}
	}
	remote, err := dialForLink(ctx, o, len(file.Jobs), terminal)
	if err != nil {
		return err
	}
	options := linkOptions(o, terminal, started)
	if remote != nil {
		defer remote.Close()
		options.Remote = remote
	}
	options.Slots = host.NewSlots(o.Host.Jobs.Count(), os.Getenv("MAKEFLAGS"))
	defer options.Slots.Close()
	s := openStore(o.Store.Dir, o.Shared.DigestFunction, terminal)
	if s != nil {
		options.Cache = s
	}
	if !o.Shared.Disable {
		options.StateDir = stateDir(s, o.Shared.DigestFunction)
	}
	digests := memo.Path(options.StateDir, memo.LinkDigests, memo.Host())
	options.Files = filedigest.Open(digests, o.Shared.DigestFunction)
	past := openHistory(o, options.StateDir, terminal)
	if past.IsKept() {
		options.Journal = link.NewJournal()
	}

	summary, err := link.Run(ctx, file, options)
	if saveErr := options.Files.Save(); saveErr != nil {
		// The next link only hashes again; a cache may well be read-only.
		terminal.Verbose("can't remember digests: %v", saveErr)
	}
	pruneAfterLink(ctx, s, policy, started.at, terminal)
	sweepState(ctx, s, options.StateDir, policy)
	completeSummary(&summary, remote)
	if stopped, ok := errors.AsType[*errStopped](context.Cause(ctx)); ok && err != nil {
		summary.Error = stopped.Error() // else "context canceled"
	}
	past.addLink(options, summary)
	printSummary(summary, remote, o.Report.SummaryFile, terminal)
	return err
}

// linkOptions returns what the user's options and the start say of a link.
func linkOptions(o *options, terminal *report.Terminal, started start) link.Options {
	options := o.Link
	options.Strategy = o.strategy()
	options.RemoteTasks = 2 * o.Remote.Executions // half of them on their way there and back
	options.SandboxBase = o.Host.SandboxBase
	options.Env = link.Environment(o.Shared.ActionEnv)
	options.ExtraInputs = o.Shared.ExtraInputs
	options.Terminal = terminal
	options.Started = started.at
	return options
}

// completeSummary adds what a link doesn't know of itself.
func completeSummary(summary *report.Summary, remote linkClient) {
	summary.Version = version()
	if remote != nil {
		summary.BytesUploaded, summary.BytesDownloaded = remote.Traffic()
	}
}

// printSummary writes the summary to a file, if there is one, and prints its line, if
// somebody wants to read it.
func printSummary(summary report.Summary, remote linkClient, file string, terminal *report.Terminal) {
	if remote != nil && summary.Local > 0 {
		terminal.Verbose("%s", remote.Storing())
	}
	if file != "" {
		if err := summary.WriteFile(file); err != nil {
			terminal.Print("warning: can't write the summary: %v", err)
		}
	}
	terminal.Conclude(summary)
}

// findCompiler puts the compiler into the dist-file of a link without
// --thinlto-remote-compiler=: the one that started lld, which is the parent process.
func findCompiler(file *distfile.File, parent int) (err error) {
	if file.Common.Args[0] != "" {
		return nil
	}
	if file.Common.Args[0], err = linker.Compiler(parent); err != nil {
		return fmt.Errorf("the link names no compiler for its backends (%w): give -Wl,--thinlto-remote-compiler=CLANG, "+
			"as thinrex flags --for=linker does", err)
	}
	return nil
}

// addMissing adds to the compiler's arguments what a link on the GPU, some other targets
// and programs at fixed addresses need, and lld, which is the parent process, doesn't
// pass on.
func addMissing(file *distfile.File, parent int, terminal *report.Terminal) error {
	if len(file.Jobs) == 0 {
		return nil
	}
	commandLine := func() ([]string, error) { return linker.CommandLine(parent) }
	missing, warning, err := linker.Missing(file.Common.Args[1:], commandLine)
	if warning != "" {
		terminal.WarnOnce("processor", "%s", warning)
	}
	missing = append(missing, linker.FixedAddress(file.Common.Args[1:], commandLine)...)
	file.Common.Args = append(file.Common.Args, missing...)
	return err
}
