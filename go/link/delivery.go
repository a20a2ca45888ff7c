package link

import (
	"context"
	"errors"
	"fmt"

	"thinrex/go/action"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A delivery checks results, stores them, and writes the outputs that the linker
// waits for.
type delivery struct {
	actions   *actions
	disk      *cache
	uploads   *uploads
	outputs   *outputFiles
	asWritten *asWritten
	failures  *failures
	tally     *tally
}

// complete ends a task with what came of its lookup or its execution. The error ends
// the link; a failed compilation is reported and counted instead.
func (d *delivery) complete(ctx context.Context, t *task, r *action.Result, err error) error {
	if err != nil {
		return d.asWritten.instead(ctx, t.first, func() []distfile.Job { return d.actions.joining.settle(t) }, err)
	}
	defer r.Done()
	if why := t.action.Failure(r); why != nil {
		return d.fail(ctx, t, r, why)
	}
	var changed []distfile.Job
	deliver := func() {
		d.tally.journal.delivering(t.first)
		d.store(ctx, t, r)
		d.tally.sound(r, t.sliced != nil)
		changed, err = d.writeAll(t, t.outputsFrom(r))
	}
	if r.Service == "" {
		deliver() // the compilation's slot, or the limit of lookups, bounds how many deliver at once
	} else {
		// Hundreds may come from a service at once. Without turns, their writes would hold
		// up the lookups and the actions that come next.
		d.actions.turns.do(deliver)
	}
	r.Done() // before a slot is waited for
	if err != nil {
		return err
	}
	return d.asWritten.changed(ctx, changed)
}

// fail ends a task whose compiler failed, for all its jobs.
func (d *delivery) fail(ctx context.Context, t *task, r *action.Result, why error) error {
	if r.Service != "" && ctx.Err() != nil && !errors.Is(context.Cause(ctx), ErrCompilation) {
		return ctx.Err() // the link has ended before it was checked whether the worker is broken
	}
	d.failures.report(failed{jobs: d.actions.joining.settleAll(t), action: t.action, result: r, why: why})
	return nil
}

// store stores a sound result where it isn't stored yet.
func (d *delivery) store(ctx context.Context, t *task, r *action.Result) {
	// If an input has changed meanwhile, the digests in the key may be of another
	// version of it than the compiler, or what made the slices, read.
	compiled := r.Service == "" && !r.Cached
	if compiled || t.sliced != nil {
		if path := t.action.InputsChanged(); path != "" {
			if compiled {
				why := fmt.Errorf("%s %w", path, action.ErrInputChanged)
				d.asWritten.warnUnstored(t.first, why)
				d.unstored(t, why)
			}
			return
		}
	}
	d.storeOwn(ctx, t, r)
	if t.sliced != nil {
		d.storeWhole(ctx, t, r)
	}
}

// storeOwn stores the result of the action that ran. A service has stored its workers'
// results itself.
func (d *delivery) storeOwn(ctx context.Context, t *task, r *action.Result) {
	if r.Service != "" {
		d.disk.store(ctx, t.action, r)
		return
	}
	if r.Cached {
		return
	}
	stored := d.disk.store(ctx, t.action, r)
	if !t.notShared && d.uploads.wants(r) {
		d.uploads.add(ctx, t.action, r, stored)
	} else if !stored {
		d.unstored(t, errNoCache)
	}
}

// errNoCache says why a result isn't stored.
var errNoCache = errors.New("there is no cache that can be written")

// unstored counts a task whose result is stored nowhere.
func (d *delivery) unstored(t *task, why error) {
	d.tally.uncached()
	d.tally.journal.uncached(t.first, why.Error())
}

// storeWhole stores what is delivered of a sliced action as the result of the whole one,
// which the next link looks up first. A service gets it as well if it may have results
// of this machine, or if one of its workers made this one.
func (d *delivery) storeWhole(ctx context.Context, t *task, r *action.Result) {
	whole, result := t.sliced.whole, t.sliced.result
	d.disk.store(ctx, whole, result)
	ofThisDisk := r.Cached && r.Service == ""
	if !ofThisDisk && !t.notShared && d.uploads.wants(result) {
		d.uploads.add(ctx, whole, result, true)
	}
}

// storeUnused stores the sound result of a sliced action from which the whole one's can't be
// made. With it, a later link knows that without compiling on the same slices again.
func (d *delivery) storeUnused(ctx context.Context, t *task, r *action.Result) {
	if t.action.Failure(r) != nil || t.action.InputsChanged() != "" {
		return
	}
	d.disk.store(ctx, t.action, r)
	if r.Service == "" && d.uploads.wants(r) {
		d.uploads.add(ctx, t.action, r, true)
	}
}

// writeAll writes the outputs of a task's jobs and prints the compiler's messages, with
// the names of each job's own files. It returns the jobs that are no longer equal to the
// first one.
func (d *delivery) writeAll(t *task, r *action.Result) (changed []distfile.Job, err error) {
	for i, job := range d.actions.joining.settleAll(t) {
		a := t.action
		if i > 0 {
			if a, err = d.actions.remake(t, job); err != nil {
				changed = append(changed, job)
				continue
			}
			d.tally.count(func(s *report.Summary) { s.Hits++ })
		}
		for _, out := range a.Outputs {
			data, ok := r.Output(out.Name)
			if !ok {
				continue
			}
			if err := d.outputs.write(out, data); err != nil {
				return nil, err
			}
		}
		d.failures.printMessages(a, r)
		d.tally.journal.delivered(job, r, i > 0)
	}
	return changed, nil
}
