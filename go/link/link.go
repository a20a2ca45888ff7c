// Package link runs the jobs of one dist-file: it looks all of them up, runs the
// misses, checks and stores what they gave, and writes the linker's outputs.
//
// It decides what happens in which order, and what a failure means. How an action is
// keyed, stored or run is the business of the packages that it calls: link/canon,
// store, reapi, link/executor.
package link

import (
	"context"
	"errors"
	"io/fs"

	"golang.org/x/sync/errgroup"

	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// ErrCompilation says that a compiler failed; the user has been told.
var ErrCompilation = errors.New("a backend compilation failed")

// Run runs the jobs of a dist-file. When it fails, none of their outputs is left.
func Run(ctx context.Context, f *distfile.File, o Options) (report.Summary, error) {
	tally := newTally(f, o)
	if len(f.Jobs) == 0 {
		return tally.end(nil)
	}

	// Read which compiler runs, and what all jobs have in common.
	compiler, err := readCompiler(ctx, f.Common, o)
	if err != nil {
		return tally.end(err)
	}
	return run(ctx, f, o, compiler, tally)
}

// run is Run with the compiler that it has found.
func run(
	ctx context.Context, f *distfile.File, o Options, compiler *jobCompiler, tally *tally,
) (report.Summary, error) {
	tally.compilerKnown()
	tally.journal.open(f, o, compiler)

	running, stop := context.WithCancelCause(ctx) // a failed compilation ends all others
	defer stop(nil)
	l := assemble(ctx, f, o, compiler, tally, func() { stop(ErrCompilation) })
	stopTelling := l.service.tellWaiting(ctx)
	defer stopTelling()
	stopShowing := o.Terminal.ShowProgress(tally.progress)
	defer stopShowing()
	g, jobs := errgroup.WithContext(running)
	stopHelping := l.helper.start(jobs)

	// Plan: each job is looked up. Hits are delivered at once, misses have their imports cut
	// and are queued.
	defer l.queues.beginAfter(o.Patience)()
	g.Go(func() error { return l.plan.decideAll(jobs) })

	// Schedule, execute, deliver: each feed takes a task from a queue when it has a slot
	// for it, has the strategy's executor run it, and delivers the result.
	for _, feed := range l.execution.feeds(l.queues) {
		g.Go(func() error { return feed.serve(jobs, g) })
	}
	err := l.failures.dropEnded(ctx, g.Wait())
	stopHelping()

	// End: tell how it went, wait for uploads, and leave nothing of a link that failed.
	if errors.Is(err, fs.ErrNotExist) {
		l.failures.linker.waitForEnd() // which may be why a file isn't there
	}
	if err == nil {
		l.service.warnUnheard()
	}
	stopShowing()
	err = l.failures.verdict(ctx, err)
	l.uploads.wait()
	err = errors.Join(err, l.machine.Close(), l.slicing.close())
	if err != nil {
		err = errors.Join(err, l.outputs.removeAll())
	}
	return tally.end(err)
}
