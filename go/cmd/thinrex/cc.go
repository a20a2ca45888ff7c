package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"thinrex/go/compile"
	"thinrex/go/config"
	"thinrex/go/report"
	"thinrex/go/store"
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
			dir, err := os.Getwd()
			if err != nil { // it has been removed: a compiler may do without, a configuration file can't be looked for
				report.NewTerminal(os.Stderr, o.Verbose).Verbose("not cached: %v", err)
				return runPlain(cmd.Context(), args)
			}
			flags := cmd.Root().PersistentFlags()
			if err := config.Complete(flags, os.LookupEnv); err != nil {
				return err
			}
			terminal := report.NewTerminal(os.Stderr, o.Verbose)
			terminal.Quiet() // a warning for each file would be one too many
			return cc(cmd.Context(), dir, args, o, terminal)
		},
	}
	cmd.Flags().SetInterspersed(false) // the compiler's flags aren't ours
	return cmd
}

// errExit ends the program with a compiler's exit code; the compiler has said
// why.
type errExit int

func (e errExit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// errCannotRun says that there is no such compiler, or that it can't be run.
// The exit code is what a shell would give.
type errCannotRun struct {
	program string
	err     error
}

func (e *errCannotRun) Error() string { return fmt.Sprintf("can't run %q: %v", e.program, e.err) }
func (e *errCannotRun) Unwrap() error { return e.err }

// reason drops the program's name, which errCannotRun says.
func reason(err error) error {
	var search *exec.Error
	if errors.As(err, &search) {
		err = search.Err
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err
}

func (e *errCannotRun) code() int {
	if errors.Is(e.err, exec.ErrNotFound) || errors.Is(e.err, fs.ErrNotExist) {
		return exitNotFound
	}
	return exitCannotRun
}

func cc(ctx context.Context, dir string, args []string, o *config.Options, terminal *report.Terminal) error {
	started := time.Now()
	policy, err := store.ParsePolicy(o.ThinLTOCachePolicy)
	if err != nil {
		return fmt.Errorf("--thinlto_cache_policy: %w", err)
	}
	s := openStore(o.DiskCache, o.DigestFunction, terminal)
	options := ccOptions(ctx, dir, o, s, terminal)
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
	if outcome.Stored {
		pruneAfterCompilation(ctx, s, policy, started, terminal)
	}
	if outcome.ExitCode != 0 {
		return errExit(outcome.ExitCode)
	}
	return nil
}

func ccOptions(ctx context.Context, dir string, o *config.Options, s *store.Store, terminal *report.Terminal) compile.Options {
	options := compile.Options{
		Function: o.DigestFunction, Dir: dir, Env: os.Environ(), Sandbox: o.SandboxBase,
		Keys: compile.Keys(o.CompileKeys), MinInsts: o.ThinLTOCacheMinInsts, BaseDir: o.BaseDir,
		Colour: isTerminal(os.Stderr) && hasColours(os.Getenv), Verbose: terminal.Verbose,
	}
	if s != nil {
		options.Cache = s
		options.StateDir = filepath.Join(s.StateDir(), "cc-"+hostName())
	}
	if o.RemoteCache != "" || o.RemoteExecutor != "" {
		options.Remote = func() compile.Cache {
			client, err := dial(ctx, o, compileMnemonic, 1, terminal)
			if err != nil {
				terminal.WarnOnce("remote", "can't use the remote cache, going on without: %v", err)
				return nil
			}
			return client
		}
	}
	return options
}

// hasColours reports whether a compiler that writes to a terminal would use
// colours there.
//
// Source: terminalHasColors in llvm/lib/Support/Unix/Process.inc; NO_COLOR is
// clang's own.
func hasColours(getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" {
		return false
	}
	term := getenv("TERM")
	for _, name := range []string{"screen", "xterm", "vt100", "rxvt"} {
		if strings.HasPrefix(term, name) {
			return true
		}
	}
	return term == "ansi" || term == "cygwin" || term == "linux" || strings.HasSuffix(term, "color")
}
