package link

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/distfile"
	"thinrex/go/link/executor"
	"thinrex/go/object"
	"thinrex/go/report"
)

// An asWritten runs jobs as the linker wrote them, in its folder and environment: jobs
// that can't be made actions, and jobs whose files have changed since their action was
// made. Their results are stored in no cache.
type asWritten struct {
	machine  *executor.Machine
	slots    *host.Slots
	args     []string // of all jobs
	outputs  *outputFiles
	failures *failures
	never    bool // each error ends the link, because whoever called it has another way
}

// instead runs a task's jobs if its action can't be run, and err says that this
// helps. Any other error ends the link, and is returned. rest returns the jobs that
// have joined the first one.
func (w *asWritten) instead(ctx context.Context, first distfile.Job, rest func() []distfile.Job, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case w.failures.linker.isGone(first):
		return w.failures.linker.running.Err()
	case w.never:
		return err
	case errors.Is(err, action.ErrInputChanged):
		// The files are no longer what the action's key says. The compiler gets them as
		// they are now.
		w.warnUnstored(first, err)
	case errors.Is(err, executor.ErrOtherFiles):
		// The action would lose some of what the compiler writes. As the linker wrote the
		// job, it writes where it wants.
		w.failures.terminal.WarnOnce("other files", "%v: compiled here and not cached", err)
	default:
		return err
	}
	slot, acquired := w.slots.Acquire(ctx)
	if acquired != nil {
		return acquired
	}
	defer slot.Free()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, job := range append([]distfile.Job{first}, rest()...) {
		w.failures.tally.journal.uncached(job, err.Error())
		if err := w.run(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// changed runs jobs that are no longer equal to the task that they had joined.
func (w *asWritten) changed(ctx context.Context, jobs []distfile.Job) error {
	for _, job := range jobs {
		if err := w.instead(ctx, job, func() []distfile.Job { return nil }, errChanged); err != nil {
			return err
		}
	}
	return nil
}

// run runs one job. The caller has a slot of this machine.
func (w *asWritten) run(ctx context.Context, job distfile.Job) error {
	ended := w.failures.tally.journal.run(job, false)
	r, err := w.machine.RunAsIs(ctx, append(append([]string{}, w.args...), job.Args...))
	ended(false)
	for _, path := range job.Outputs {
		w.outputs.adopt(path)
	}
	if err != nil {
		return err
	}
	failure := r.ExitError()
	if failure == nil {
		failure = checkObject(job.Outputs[0])
	}
	if failure != nil {
		w.failures.report(failed{jobs: []distfile.Job{job}, result: r, why: failure})
		return nil
	}
	w.failures.printMessages(nil, r)
	w.failures.tally.count(func(s *report.Summary) { s.Local++; s.Uncached++ })
	w.failures.tally.journal.ranAsWritten(job, r)
	return nil
}

// warnUnstored says that a file has changed under a job, unless that is because
// the linker has ended.
func (w *asWritten) warnUnstored(job distfile.Job, err error) {
	if !w.failures.linker.isGone(job) {
		w.failures.terminal.WarnOnce("unstored "+job.Module(), "%v; the result for %s is used but not stored",
			err, job.Module())
	}
}

// checkObject checks an object that a compiler wrote in place.
func checkObject(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the compiler wrote no %s", path)
	}
	if err != nil {
		return err
	}
	if err := object.Check(data); err != nil {
		return fmt.Errorf("%s %w", path, err)
	}
	return nil
}
