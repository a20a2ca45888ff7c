package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"thinrex/go/compile"
	"thinrex/go/config"
	"thinrex/go/link"
	"thinrex/go/report"
)

func ccCommand(o *config.Options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cc [flags] -- COMPILER ARGS...",
		Short: "Compile to ThinLTO bitcode, or take it from the cache",
		Long: `Run a compiler, or deliver what it made of the same source, headers and
arguments before:

  thinrex cc -- clang++ -O2 -flto=thin -c a.cc -o a.o
  cmake -DCMAKE_CXX_COMPILER_LAUNCHER="thinrex;cc;--" ...

What isn't known to be cacheable is run as it is; --verbose says why.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			flags := cmd.Root().PersistentFlags()
			if err := config.Complete(flags, os.LookupEnv); err != nil {
				return err
			}
			return cc(cmd.Context(), args, o, report.NewTerminal(os.Stderr, o.Verbose))
		},
	}
	cmd.Flags().SetInterspersed(false) // the compiler's flags aren't ours
	return cmd
}

// errExit ends the program with a compiler's exit code; the compiler has said
// why.
type errExit int

func (e errExit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func cc(ctx context.Context, args []string, o *config.Options, terminal *report.Terminal) error {
	options, err := ccOptions(ctx, o, terminal)
	if err != nil {
		return err
	}
	outcome, err := compile.Run(ctx, args[0], args[1:], options)
	var why *compile.Plain
	if errors.As(err, &why) {
		terminal.Verbose("not cached: %v", why)
		return runPlain(ctx, args)
	}
	if err != nil {
		return err
	}
	os.Stdout.Write(outcome.Stdout)
	os.Stderr.Write(outcome.Stderr)
	if outcome.ExitCode != 0 {
		return errExit(outcome.ExitCode)
	}
	return nil
}

func ccOptions(ctx context.Context, o *config.Options, terminal *report.Terminal) (compile.Options, error) {
	dir, err := os.Getwd()
	if err != nil {
		return compile.Options{}, &link.EnvironmentError{Err: err}
	}
	options := compile.Options{
		Function: o.DigestFunction, Dir: dir, Env: os.Environ(), Sandbox: o.SandboxBase,
		Keys: compile.Keys(o.CompileKeys), MinInsts: o.ThinLTOCacheMinInsts, BaseDir: o.BaseDir,
		Colour: isColourTerminal(os.Stderr), Verbose: terminal.Verbose,
	}
	if s := openStore(o.DiskCache, o.DigestFunction, terminal); s != nil {
		options.Cache = s
		options.StateDir = filepath.Join(s.StateDir(), "cc-"+hostName())
	}
	if o.RemoteCache != "" || o.RemoteExecutor != "" {
		options.Remote = func() compile.Cache {
			client, err := dial(ctx, o, 1, terminal)
			if err != nil {
				terminal.WarnOnce("remote", "can't use the remote cache, going on without: %v", err)
				return nil
			}
			return client
		}
	}
	return options, nil
}

// isColourTerminal reports whether a compiler that writes to f would use
// colours.
func isColourTerminal(f *os.File) bool {
	fi, err := f.Stat()
	return err == nil && fi.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb" && os.Getenv("TERM") != "" && os.Getenv("NO_COLOR") == ""
}
