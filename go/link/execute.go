package link

import (
	"context"
	"errors"
	"fmt"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// executeHere runs one task on this machine, in a slot. The error ends the
// link; a failed compilation is reported and counted instead.
func (c *conductor) executeHere(ctx context.Context, t *task) error {
	if t.key == (digest.Digest{}) {
		return c.executeAsIs(ctx, t.first)
	}
	a, err := c.actionOf(t)
	var r *action.Result
	if err == nil {
		r, err = c.local.execute(ctx, a)
	}
	if err != nil {
		return c.makeDo(ctx, t, err)
	}
	return c.finishHere(ctx, t, a, r)
}

// finishHere ends a task that ran on this machine, in its slot.
func (c *conductor) finishHere(ctx context.Context, t *task, a *action.Action, r *action.Result) error {
	changed, err := c.finish(ctx, t, a, r, onThisMachine)
	if err != nil {
		return err
	}
	for _, job := range changed {
		if err := c.makeDo(ctx, asIs(job), errChanged); err != nil {
			return err
		}
	}
	return nil
}

// errChanged says that what an action was made of is another thing now.
var errChanged = fmt.Errorf("a shard or an input %w", action.ErrInputChanged)

// makeDo runs a task's jobs as they are if its action can't be run, in a slot
// of this machine.
func (c *conductor) makeDo(ctx context.Context, t *task, err error) error {
	switch {
	case c.linkerGone(t.first):
		return c.linking.Err()
	case errors.Is(err, action.ErrInputChanged):
		// What we would run is no longer what the key says: let the compiler
		// have the files as they are now.
		c.warnUnstored(t.first, err)
	case errors.Is(err, errOtherFiles):
		// Not all that it writes would be kept: let it write where it wants.
		c.Terminal.WarnOnce("other files", "%v: compiled here and not cached", err)
	default:
		return err
	}
	for _, job := range append([]distfile.Job{t.first}, c.tasks.settle(t)...) {
		if err := c.executeAsIs(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// executeChanged runs jobs whose inputs have changed since they were looked
// up, each when this machine has a slot.
func (c *conductor) executeChanged(ctx context.Context, jobs []distfile.Job) error {
	for _, job := range jobs {
		if err := c.executeInstead(ctx, asIs(job), errChanged); err != nil {
			return err
		}
	}
	return nil
}

// actionOf returns the action of a task, which then keeps it no more.
func (c *conductor) actionOf(t *task) (*action.Action, error) {
	if a := t.action; a != nil {
		t.action = nil
		c.kept.Release(a.Size())
		return a, nil
	}
	return c.build(t, t.first)
}

// build makes the action of one of a task's jobs again.
func (c *conductor) build(t *task, job distfile.Job) (*action.Action, error) {
	a, err := c.builder.Build(job)
	if err != nil || a.Digest != t.key {
		return nil, errChanged
	}
	return a, nil
}

// A place is where an action was executed.
type place int

const (
	onThisMachine place = iota
	onAWorker
)

// finish reports a failed compilation, or stores and writes what a sound one
// gave. It returns the jobs that are no longer equal to the first.
func (c *conductor) finish(
	ctx context.Context, t *task, a *action.Action, r *action.Result, where place,
) (changed []distfile.Job, err error) {
	defer r.Done()
	if failure := failureOf(a, r); failure != nil {
		jobs := append([]distfile.Job{t.first}, c.tasks.settle(t)...)
		c.reportFailure(failed{jobs: jobs, action: a, result: r, why: failure, where: where})
		return nil, nil
	}
	c.store(ctx, t, a, r, where)
	c.count(func(s *report.Summary) {
		switch {
		case where == onThisMachine:
			s.Local++
		case r.Cached:
			s.Hits++
			s.RemoteHits++
		default:
			s.Remote++
		}
	})
	return c.deliverAll(t, a, r)
}

// finishHelped ends a task that a service had, and that this machine has run
// first.
func (c *conductor) finishHelped(ctx context.Context, t *task, a *action.Action, here outcome) error {
	if here.err != nil {
		return c.inSlot(ctx, func() error { return c.makeDo(ctx, t, here.err) })
	}
	changed, err := c.finish(ctx, t, a, here.result, onThisMachine)
	if err != nil {
		return err
	}
	return c.executeChanged(ctx, changed)
}

// store keeps a sound result. A worker has kept its own.
func (c *conductor) store(ctx context.Context, t *task, a *action.Action, r *action.Result, where place) {
	if where == onAWorker {
		c.keep(ctx, c.Cache, a, r)
		return
	}
	// If an input has changed meanwhile, the digests in the key may be another
	// moment's.
	if path := a.InputsChanged(); path != "" {
		c.warnUnstored(t.first, fmt.Errorf("%s %w", path, action.ErrInputChanged))
		c.uncached()
		return
	}
	stored := c.keep(ctx, c.Cache, a, r)
	switch {
	case c.Remote != nil && !c.isUnheard() && c.Remote.Wants(r):
		c.upload(ctx, a, r, stored)
	case !stored:
		c.uncached()
	}
}

func (c *conductor) uncached() {
	c.count(func(s *report.Summary) { s.Uncached++ })
}

func (c *conductor) warnUnstored(job distfile.Job, err error) {
	if c.linkerGone(job) {
		return
	}
	c.Terminal.Print("warning: %v; the result for %s is used but not stored", err, job.Module())
}

// executeAsIs runs a job as the linker wrote it, in its directory.
func (c *conductor) executeAsIs(ctx context.Context, job distfile.Job) error {
	r, err := c.local.executeAsIs(ctx, c.file.Common.Args[1:], job)
	for _, path := range job.Outputs {
		c.outputs.adopt(path)
	}
	if err != nil {
		return err
	}
	failure := exitFailure(r)
	if failure == nil {
		failure = checkFile(job.Outputs[0])
	}
	if failure != nil {
		c.reportFailure(failed{jobs: []distfile.Job{job}, result: r, why: failure})
		return nil
	}
	c.printMessages(nil, r)
	c.count(func(s *report.Summary) { s.Local++; s.Uncached++ })
	return nil
}
