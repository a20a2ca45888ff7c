package link

import (
	"context"
	"errors"
	"fmt"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/distfile"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// executeHere runs one task on this machine. The error ends the link; a
// failed compilation is reported and counted instead.
func (c *conductor) executeHere(ctx context.Context, t *task) error {
	if t.action == (digest.Digest{}) {
		return c.executeAsIs(ctx, t.jobs)
	}
	actions, err := c.rebuild(t)
	var r *action.Result
	if err == nil {
		r, err = c.local.execute(ctx, actions[0])
	}
	if err != nil {
		return c.makeDo(ctx, t, err)
	}
	return c.finish(ctx, t, actions, r, onThisMachine)
}

// makeDo runs jobs as they are if an action of theirs can't be run.
func (c *conductor) makeDo(ctx context.Context, t *task, err error) error {
	switch {
	case errors.Is(err, reapi.ErrInputChanged):
		// What we would run is no longer what the key says: let the compiler
		// have the files as they are now.
		c.warnUnstored(t.jobs[0], err)
	case errors.Is(err, errOtherFiles):
		// Not all that it writes would be kept: let it write where it wants.
		c.Terminal.WarnOnce("other files", "%v: compiled here and not cached", err)
	default:
		return err
	}
	return c.executeAsIs(ctx, t.jobs)
}

// rebuild makes the task's actions anew.
func (c *conductor) rebuild(t *task) ([]*action.Action, error) {
	var actions []*action.Action
	for _, job := range t.jobs {
		a, err := c.builder.Build(job)
		if err != nil || a.Digest != t.action {
			return nil, fmt.Errorf("a shard or an input %w", reapi.ErrInputChanged)
		}
		actions = append(actions, a)
	}
	return actions, nil
}

// A place is where an action was executed.
type place int

const (
	onThisMachine place = iota
	onAWorker
)

// finish reports a failed compilation, or stores and writes what a sound one
// gave.
func (c *conductor) finish(ctx context.Context, t *task, actions []*action.Action, r *action.Result, where place) error {
	defer r.Done()
	if failure := failureOf(actions[0], r); failure != nil {
		c.reportFailure(t.jobs, failure, r, actions[0].Inputs, where)
		return nil
	}
	c.store(ctx, actions, r, where)
	for _, a := range actions {
		if err := c.deliver(a, r); err != nil {
			return err
		}
	}
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
		s.Hits += len(actions) - 1
	})
	return nil
}

// store keeps a sound result. A worker has kept its own.
func (c *conductor) store(ctx context.Context, actions []*action.Action, r *action.Result, where place) {
	if where == onAWorker {
		c.keep(ctx, c.Cache, actions[0], r)
		return
	}
	// If an input has changed meanwhile, the digests in the key may be another
	// moment's.
	for _, a := range actions {
		if path := a.InputsChanged(); path != "" {
			c.warnUnstored(a.Job, fmt.Errorf("%s %w", path, reapi.ErrInputChanged))
			c.uncached()
			return
		}
	}
	stored := c.keep(ctx, c.Cache, actions[0], r)
	switch {
	case c.Remote != nil && c.Remote.Keeps():
		c.upload(ctx, actions[0], r, stored)
	case !stored:
		c.uncached()
	}
}

// uploadsAtOnce bounds the results that are on their way to the remote cache,
// in bytes of memory.
const uploadsAtOnce = 128 << 20

// upload stores a result in the remote cache. The linker needn't wait for it
// now, unless too much is under way.
func (c *conductor) upload(ctx context.Context, a *action.Action, r *action.Result, stored bool) {
	size := int64(0)
	for _, out := range r.Outputs {
		size += int64(len(out.Data))
	}
	size = min(size, uploadsAtOnce)
	if c.uploading.Acquire(ctx, size) != nil {
		return // the group knows why
	}
	c.uploads.Go(func() {
		defer c.uploading.Release(size)
		if !c.keep(c.linking, c.Remote, a, r) && !stored {
			c.uncached()
		}
	})
}

func (c *conductor) uncached() {
	c.count(func(s *report.Summary) { s.Uncached++ })
}

func (c *conductor) warnUnstored(job distfile.Job, err error) {
	c.Terminal.Print("warning: %v; the result for %s is used but not stored", err, job.Module())
}

// executeAsIs runs jobs as the linker wrote them, in its directory.
func (c *conductor) executeAsIs(ctx context.Context, jobs []distfile.Job) error {
	for _, job := range jobs {
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
			c.reportFailure([]distfile.Job{job}, failure, r, nil, onThisMachine)
			continue
		}
		c.Terminal.Words(r.Stdout)
		c.Terminal.Words(r.Stderr)
		c.count(func(s *report.Summary) { s.Local++; s.Uncached++ })
	}
	return nil
}
