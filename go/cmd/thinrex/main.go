// Thinrex runs lld's ThinLTO backend compilations (DTLTO) as Remote Execution
// API actions, keyed by content.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"thinrex/go/config"
	"thinrex/go/host"
	"thinrex/go/link"
)

// The exit codes, as --help says them.
const (
	exitOK          = 0
	exitCompilation = 1
	exitUsage       = 2
	exitEnvironment = 3
	exitCannotRun   = 126
	exitNotFound    = 127
	exitSignal      = 128 // plus the signal's number
)

const exitCodesHelp = `Exit codes:
  0  all outputs are written
  1  a compilation failed; the compiler's messages come first
  2  bad usage, or an input that can't be used
  3  this machine couldn't do it: no compiler, no space, no place to write;
     or, with --exec_strategy=remote, the remote service couldn't
  126, 127  thinrex cc: the compiler can't be run, there is none
  128+N  ended by signal N, with nothing left behind`

// errStopped is the cause of a context that ended for a reason of the
// outside.
type errStopped struct {
	why  string
	code int
}

func (e *errStopped) Error() string { return e.why }

func main() {
	runtime.MemProfileRate = 0 // nobody looks
	// The process is short and its memory is mostly file content on its way
	// through: collecting less often is worth a few megabytes.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(200 << 20)
	os.Exit(run(start{time.Now(), os.Getppid()})) // before the linker could have gone
}

// A start says when the program was started, and by which process.
type start struct {
	at     time.Time
	parent int
}

func run(started start) int {
	// lld has SIGPIPE ignored. A reader of stderr that has gone is no reason
	// to break a link.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := contextUntilStopped()
	defer stop()
	root := newRoot(started)
	root.SetArgs(fileLast(os.Args[1:]))
	return exitCode(ctx, root.ExecuteContext(ctx))
}

// fileLast keeps a dist-file whose name begins with a dash, as the linker's
// output may, from being taken for a flag.
func fileLast(args []string) []string {
	last := len(args) - 1
	if last < 0 || !strings.HasPrefix(args[last], "-") || !strings.HasSuffix(args[last], ".dist-file.json") {
		return args
	}
	return append(slices.Clone(args[:last]), "--", args[last])
}

func exitCode(ctx context.Context, err error) int {
	var stopped *errStopped
	var environment *host.EnvironmentError
	var exit errExit
	var cannot *errCannotRun
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return int(exit) // the compiler has said all of it
	case errors.As(context.Cause(ctx), &stopped), errors.As(err, &stopped):
		fmt.Fprintf(os.Stderr, "thinrex: %s\n", stopped.why)
		return stopped.code
	case errors.Is(err, link.ErrCompilation):
		return exitCompilation // the link has said all of it
	}
	fmt.Fprintf(os.Stderr, "thinrex: %v\n", err)
	if errors.As(err, &cannot) {
		return cannot.code()
	}
	if errors.As(err, &environment) || errors.Is(err, syscall.ENOSPC) {
		return exitEnvironment
	}
	return exitUsage
}

// contextUntilStopped returns a context that ends on a signal.
func contextUntilStopped() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as under nohup
			signal.Notify(signals, s)
		}
	}
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			number, _ := s.(syscall.Signal)
			cancel(&errStopped{"stopped by signal: " + s.String(), exitSignal + int(number)})
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

func newRoot(started start) *cobra.Command {
	var o config.Options
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
	root.SetUsageTemplate(root.UsageTemplate() + "\n" + exitCodesHelp + "\n")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetGlobalNormalizationFunc(config.Normalize)
	addVersionFlag(root)
	o.AddFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var unknown *pflag.NotExistError
		if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "" { // the whole word, which may hold a secret
			err = errors.New("unknown one-letter flag; other flags begin with two dashes")
		}
		return fmt.Errorf("%w\n%s --help lists the flags", err, cmd.CommandPath())
	})
	distribute := distributeCommand(&o, started)
	distribute.Use = "distribute [flags] FILE.dist-file.json"
	distribute.Short = "Run the jobs of a dist-file; the same as without a subcommand"
	root.AddCommand(distribute, ccCommand(&o), flagsCommand(), pruneCommand(&o), versionCommand())
	return root
}
