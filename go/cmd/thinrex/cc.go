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
	"sync"
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
			if err := checkCCFlags(cmd.Root().PersistentFlags()); err != nil {
				return err
			}
			dir, err := os.Getwd()
			if err != nil { // it has been removed: a compiler may do without, a configuration file can't be looked for
				report.NewTerminal(os.Stderr, o.Verbose).Verbose("not cached: %v", err)
				return runPlain(cmd.Context(), args, ccEnvironment(os.Environ(), o.ActionEnv))
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
	hideLinkFlags(cmd)
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
	if err := checkBaseDir(o.BaseDir); err != nil {
		return err
	}
	s := openStore(o.DiskCache, o.DigestFunction, terminal)
	options := ccOptions(dir, o, s, terminal)
	remote := newCCRemote(ctx, o, options.StateDir, terminal)
	options.Remote = sync.OnceValue(remote.open)
	outcome, err := compile.Run(ctx, args[0], args[1:], options)
	remote.close() // not deferred: runPlain doesn't come back
	var why *compile.Plain
	if errors.As(err, &why) {
		terminal.Verbose("not cached: %v", why)
		return runPlain(ctx, args, options.Env)
	}
	if err != nil {
		return err
	}
	if err := passOn(outcome); err != nil && outcome.ExitCode == 0 {
		terminal.Print("can't pass on the compiler's messages: %v", err)
		outcome.ExitCode = exitCompilation // as the compiler's would be
	}
	if outcome.Stored {
		pruneAfterCompilation(ctx, s, policy, started, terminal)
	}
	pruneState(s, stateDir(s, o.DigestFunction), policy)
	if outcome.ExitCode != 0 {
		return errExit(outcome.ExitCode)
	}
	return nil
}

// passOn writes what the compiler has printed.
func passOn(outcome *compile.Outcome) error {
	_, err := os.Stdout.Write(outcome.Stdout)
	_, more := os.Stderr.Write(outcome.Stderr)
	return errors.Join(err, more)
}

func ccOptions(dir string, o *config.Options, s *store.Store, terminal *report.Terminal) compile.Options {
	env := ccEnvironment(os.Environ(), o.ActionEnv)
	options := compile.Options{
		Function: o.DigestFunction, Dir: dir, Env: env, Read: o.ExtraInput, Sandbox: o.SandboxBase,
		Keys: compile.Keys(o.CompileKeys), MinInsts: o.ThinLTOCacheMinInsts, BaseDir: o.BaseDir,
		Colour: isTerminal(os.Stderr) && hasColours(env), Verbose: terminal.Verbose,
	}
	for _, entry := range o.ActionEnv {
		name, _, _ := strings.Cut(entry, "=")
		options.Named = append(options.Named, name)
	}
	if s != nil {
		options.Cache = s
	}
	if dir := stateDir(s, o.DigestFunction); dir != "" {
		options.StateDir = filepath.Join(dir, "cc-"+hostName())
	}
	return options
}

// hasColours reports whether a compiler that writes to a terminal would use
// colours there.
//
// Source: terminalHasColors in llvm/lib/Support/Unix/Process.inc; NO_COLOR is
// clang's own.
func hasColours(env []string) bool {
	var term string
	for _, entry := range env {
		switch name, value, _ := strings.Cut(entry, "="); {
		case name == "NO_COLOR" && value != "":
			return false
		case name == "TERM":
			term = value
		}
	}
	for _, name := range []string{"screen", "xterm", "vt100", "rxvt"} {
		if strings.HasPrefix(term, name) {
			return true
		}
	}
	return term == "ansi" || term == "cygwin" || term == "linux" || strings.HasSuffix(term, "color")
}
