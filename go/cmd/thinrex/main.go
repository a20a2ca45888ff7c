// Thinrex runs lld's ThinLTO backend compilations (DTLTO) as Remote Execution
// API actions, keyed by content.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	runtime.MemProfileRate = 0 // nobody reads a profile
	// The process is short, and most of its memory is file content that is used once:
	// collecting garbage less often is worth a few megabytes.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(200 << 20)
	prepareServices()
	os.Exit(run(start{time.Now(), parentProcess()})) // asked now, before the linker may be gone
}

// A start says when the program was started, and by which process.
type start struct {
	at     time.Time
	parent int
}

func run(started start) int {
	// Writing to a stderr that nobody reads any more must not end a link. lld ignores
	// SIGPIPE, too.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := contextUntilStopped()
	defer stop()
	ctx = context.WithValue(ctx, startKey{}, started)
	return exitCode(ctx, execute(ctx, started, os.Args[1:]))
}

// execute runs the command that the arguments name.
func execute(ctx context.Context, started start, args []string) error {
	if isFront && len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return handOver(ctx) // A shell asks what may come next. Only the whole program knows all commands.
	}
	root := newRoot(started)
	root.SetArgs(fileLast(args))
	running := false
	root.PersistentPreRun = func(*cobra.Command, []string) { running = true }
	err := root.ExecuteContext(ctx)
	if err != nil && !running { // cobra's: the arguments are wrong, or meant for the whole program
		return errors.Join(handOver(ctx), &usageError{err})
	}
	return err
}

// fileLast puts a -- before a dist-file whose name begins with a dash, so that it
// isn't taken for a flag. lld names the dist-file after the linker's output.
func fileLast(args []string) []string {
	last := len(args) - 1
	if last < 0 || !strings.HasPrefix(args[last], "-") || !strings.HasSuffix(args[last], ".dist-file.json") {
		return args
	}
	return append(slices.Clone(args[:last]), "--", args[last])
}
