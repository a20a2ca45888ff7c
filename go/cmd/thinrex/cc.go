package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"thinrex/go/action"
	"thinrex/go/compile"
	"thinrex/go/config"
	"thinrex/go/host/memo"
	"thinrex/go/link/backend"
	"thinrex/go/option"
	"thinrex/go/outage"
	"thinrex/go/report"
	"thinrex/go/store"
)

// ccName is also the command whose --help leaves out what is for links alone.
const ccName = "cc"

func ccCommand(o *options, started start) *cobra.Command {
	cmd := &cobra.Command{
		Use:   ccName + " [flags] -- COMPILER ARGS...",
		Short: "Compile to ThinLTO bitcode, or take it from the cache",
		Long: `Run a compiler, or deliver what it made of the same source, headers and
arguments before. With -fthinlto-index=, as Bazel's thin_lto gives it, run a
ThinLTO backend as a link does:

  thinrex cc -- clang++ -O2 -flto=thin -c a.cc -o a.o
  thinrex cc -- clang -O2 -c -x ir a.o -fthinlto-index=a.o.thinlto.bc -o a.native.o
  cmake -DCMAKE_CXX_COMPILER_LAUNCHER="thinrex;cc;--" ...

A command that can't be cached is run unchanged; --verbose prints the reason.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("no compiler to run: give its command, such as thinrex cc -- clang++ -flto=thin -c a.cc")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkNoLinkFlags(o.flags); err != nil {
				return err
			}
			dir, err := os.Getwd()
			if err != nil { // The folder has been removed. A compiler may do without, the search for thinrex.toml can't.
				report.NewTerminal(os.Stderr, o.Report.Verbose).Verbose("not cached: %v", err)
				return runPlain(cmd.Context(), args, compile.Environment(os.Environ(), o.Shared.ActionEnv))
			}
			if err := o.completeHere(cmd.Context()); err != nil {
				return err
			}
			terminal := report.NewTerminal(os.Stderr, o.Report.Verbose)
			if o.Shared.Disable {
				terminal.Verbose("not cached: thinrex is disabled")
				return runPlain(cmd.Context(), args, compile.Environment(os.Environ(), o.Shared.ActionEnv))
			}
			terminal.Quiet() // else a build would print a warning for each of its files
			o.warnOfVariables(terminal)
			if backend.IsBackend(args[1:]) {
				return ccBackend(cmd.Context(), args, o, terminal, started)
			}
			return cc(cmd.Context(), dir, args, o, terminal, started)
		},
	}
	cmd.Flags().SetInterspersed(false) // flags behind the compiler are the compiler's
	return cmd
}

// checkNoLinkFlags refuses flags that thinrex cc would ignore. It is called before
// variables and configuration files add their options: links share these.
func checkNoLinkFlags(flags *config.Flags) error {
	for _, given := range flags.Given() {
		if given.Phase == option.LinkOnly {
			return usagef("--%s is for links: thinrex cc has no use for it", given.Name)
		}
	}
	return nil
}

func cc(
	ctx context.Context, dir string, args []string, o *options, terminal *report.Terminal, from start,
) error {
	started := time.Now()
	policy, err := o.policy()
	if err != nil {
		return err
	}
	if err := o.Compile.CheckBaseDir(); err != nil {
		return &usageError{err}
	}
	s := openStore(o.Store.Dir, o.Shared.DigestFunction, terminal)
	options := ccOptions(dir, o, s, terminal)
	remote := newCompileRemote(ctx, o, options.StateDir, terminal)
	options.Remote = usable(remote)
	past := openHistory(o, stateDir(s, o.Shared.DigestFunction), terminal)
	options.Record, options.RemoteAddress = past.newCompilation(dir, from), cmp.Or(o.Remote.Cache, o.Remote.Executor)
	options.HistoryDir = memo.OfHost(past.Dir())
	outcome, err := compile.Run(ctx, args[0], args[1:], options)
	if remote != nil {
		_ = remote.Close() // not deferred: runPlain doesn't come back
	}
	if why, ok := errors.AsType[*compile.NotCached](err); ok {
		terminal.Verbose("not cached: %v", why)
		past.addNotCached(options.Record, why, args)
		return runPlain(ctx, args, options.Env)
	}
	if err != nil {
		return err
	}
	past.addCompilation(options.Record)
	if err := passOn(outcome); err != nil && outcome.ExitCode == 0 {
		terminal.Print("can't pass on the compiler's messages: %v", err)
		outcome.ExitCode = exitCompilation // as the compiler's would be
	}
	if outcome.Stored {
		pruneAfterCompilation(ctx, s, policy, started, terminal)
	}
	sweepState(ctx, s, stateDir(s, o.Shared.DigestFunction), policy)
	if outcome.ExitCode != 0 {
		return errExit(outcome.ExitCode)
	}
	return nil
}

// passOn prints what the compiler has printed.
func passOn(outcome *compile.Outcome) error {
	_, err := os.Stdout.Write(outcome.Stdout)
	_, more := os.Stderr.Write(outcome.Stderr)
	return errors.Join(err, more)
}

// usable returns what package compile calls for a remote cache; nil without one.
func usable(remote *outage.Cache) func() action.Cache {
	if remote == nil {
		return nil
	}
	return func() action.Cache {
		if !remote.Usable() {
			return nil
		}
		return remote
	}
}

func ccOptions(dir string, o *options, s *store.Store, terminal *report.Terminal) compile.Options {
	env := compile.Environment(os.Environ(), o.Shared.ActionEnv)
	options := o.Compile
	options.Function = o.Shared.DigestFunction
	options.Dir, options.Env = dir, env
	options.Read = o.Shared.ExtraInputs
	options.Sandbox = o.Host.SandboxBase
	options.Colour = report.IsTerminal(os.Stderr) && compile.UsesColours(env)
	options.Verbose = terminal.Verbose
	options.VerifyHits = o.Link.VerifyHits
	options.Warn = func(format string, args ...any) { terminal.Print("warning: "+format, args...) }
	options.Named = compile.VariableNames(o.Shared.ActionEnv)
	if s != nil {
		options.Cache = s
	}
	options.StateDir = memo.OfHost(stateDir(s, o.Shared.DigestFunction))
	return options
}
