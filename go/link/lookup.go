package link

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/link/distfile"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// RemoteLookups is how many lookups may wait for a remote cache at once. Each
// holds an action, so there is an end to it.
const RemoteLookups = 500

// keptActions bounds the actions that wait with their tasks, in bytes. Those of
// all misses of a large link would fill the memory; what finds no room is made
// again.
const keptActions = 64 << 20

// lookupAll writes the outputs of all hits and queues the other jobs.
func (c *conductor) lookupAll(ctx context.Context, q queues) error {
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(cap(c.work))
	if c.Remote != nil {
		g.SetLimit(RemoteLookups)
	}
	for _, job := range c.file.Jobs {
		if groupCtx.Err() != nil {
			break
		}
		g.Go(func() error { return c.lookup(groupCtx, job, q) })
	}
	err := g.Wait()
	c.count(func(s *report.Summary) { s.LookupSeconds = c.sinceStart() })
	if err != nil {
		return err
	}
	return ctx.Err()
}

// lookup writes a job's outputs if they are cached, or queues it, or leaves it
// to an equal job's task.
func (c *conductor) lookup(ctx context.Context, job distfile.Job, q queues) error {
	if c.builder == nil {
		q.push(asIs(job), c.Strategy)
		return nil
	}
	c.work <- struct{}{}
	t, r, err := c.lookupHere(ctx, job)
	<-c.work
	var uncacheable *action.Uncacheable
	switch {
	case errors.As(err, &uncacheable):
		c.warnUncached(uncacheable)
		q.push(asIs(job), c.Strategy)
		return nil
	case err != nil || t == nil:
		return err
	}
	if r == nil && c.Remote != nil {
		o := c.elsewhere(ctx, t, t.action, func(ctx context.Context) (*action.Result, error) {
			return c.lookupRemotely(ctx, t.action)
		})
		if o.where == onThisMachine {
			return c.finishHelped(ctx, t, t.action, o)
		}
		if r, err = o.result, o.err; err != nil {
			return err
		}
	}
	if r != nil {
		c.count(func(s *report.Summary) { s.Hits++ })
		changed, err := c.deliverAll(t, t.action, r)
		r.Done() // before a slot is waited for
		if err != nil {
			return err
		}
		return c.executeChanged(ctx, changed)
	}
	if c.readsMore(t.action) {
		return c.lookupAgain(ctx, t, q)
	}
	if t.here = t.action.Here; t.here {
		c.Terminal.Verbose("%s is compiled here: its assembly reads a file by an absolute name", job.Module())
	}
	if !c.kept.TryAcquire(t.action.Size()) {
		t.action = nil
	}
	q.push(t, c.Strategy)
	return nil
}

// lookupHere makes the job's task, nil if an equal job has one, and looks its
// action up on this machine.
func (c *conductor) lookupHere(ctx context.Context, job distfile.Job) (*task, *action.Result, error) {
	a, err := c.builder.Build(job)
	if err != nil {
		return nil, nil, err
	}
	if a.Unstable != nil {
		c.count(func(s *report.Summary) { s.ShardsNotRenumbered++ })
		const keeps = "%s: its summary index keeps the numbers that lld gave it, so that an equal job may miss: %v"
		c.Terminal.Verbose(keeps, job.Module(), a.Unstable)
	}
	t := c.tasks.begin(job, a)
	if t == nil {
		return nil, nil, nil
	}
	r, err := c.lookupIn(ctx, c.Cache, a)
	return t, r, err
}

// readsMore reports whether an action leaves out files that the compiler reads.
func (c *conductor) readsMore(a *action.Action) bool {
	c.work <- struct{}{}
	defer func() { <-c.work }()
	return c.builder.ReadsMore(a)
}

// lookupAgain looks the jobs of a task up whose actions are now others.
func (c *conductor) lookupAgain(ctx context.Context, t *task, q queues) error {
	for _, job := range append([]distfile.Job{t.first}, c.tasks.settle(t)...) {
		if err := c.lookup(ctx, job, q); err != nil {
			return err
		}
	}
	return nil
}

// lookupRemotely keeps what it finds on this machine, too.
func (c *conductor) lookupRemotely(ctx context.Context, a *action.Action) (*action.Result, error) {
	end := c.awaited.lookup()
	r, err := c.lookupIn(ctx, c.Remote, a)
	end(err == nil)
	if r != nil {
		c.count(func(s *report.Summary) { s.RemoteHits++ })
		c.keep(ctx, c.Cache, a, r)
	}
	return r, err
}

// lookupIn returns a sound result or nil. A cache, nil for none, that can't be
// read is said once, and is no reason to fail.
func (c *conductor) lookupIn(ctx context.Context, cache action.Cache, a *action.Action) (*action.Result, error) {
	if cache == nil {
		return nil, nil
	}
	r, err := cache.Lookup(ctx, a)
	if err != nil {
		if ctx.Err() == nil {
			c.cacheFailed(cache, "read", err)
		}
		return nil, ctx.Err()
	}
	if r == nil {
		return nil, nil
	}
	if failureOf(a, r) != nil {
		r.Done()
		return nil, nil
	}
	return r, nil
}

// keep stores a result in a cache, nil for none, and reports whether it is
// there. After a failure, which is said, the cache isn't asked again.
func (c *conductor) keep(ctx context.Context, cache action.Cache, a *action.Action, r *action.Result) bool {
	c.mu.Lock()
	skip := cache == nil || c.unwritten[cache]
	c.mu.Unlock()
	if skip {
		return false
	}
	if err := cache.Store(ctx, a, r); err != nil {
		if errors.Is(err, reapi.ErrDamaged) { // of this result alone
			c.Terminal.WarnOnce("remote", "compiled here, as the remote cache can't keep it: %v", err)
			return false
		}
		if ctx.Err() == nil {
			c.mu.Lock()
			c.unwritten[cache] = true
			c.mu.Unlock()
			c.cacheFailed(cache, "write to", err)
		}
		return false
	}
	return true
}

// cacheFailed warns once for each cache; the link goes on.
func (c *conductor) cacheFailed(cache action.Cache, verb string, err error) {
	if cache == c.Cache {
		c.Terminal.WarnOnce("cache", "can't %s the cache, going on without: %v", verb, err)
		return
	}
	if c.Strategy == Remote && c.Remote.Down() != nil {
		return // the link fails for it, and says so
	}
	c.Terminal.WarnOnce("remote", "can't %s the remote cache, going on without: %v", verb, err)
}

// deliverAll writes the outputs of a task's jobs. a is the action of the first
// one; the others' outputs are elsewhere. It returns the jobs that are no
// longer equal to the first.
func (c *conductor) deliverAll(t *task, a *action.Action, r *action.Result) (changed []distfile.Job, err error) {
	equal := c.tasks.settle(t)
	if err := c.deliver(a, r); err != nil {
		return nil, err
	}
	for _, job := range equal {
		a, err := c.build(t, job)
		if err != nil {
			changed = append(changed, job)
			continue
		}
		if err := c.deliver(a, r); err != nil {
			return nil, err
		}
		c.count(func(s *report.Summary) { s.Hits++ })
	}
	return changed, nil
}

// deliver writes the outputs of an action and prints its messages, with the
// names of the job's own files.
func (c *conductor) deliver(a *action.Action, r *action.Result) error {
	for _, out := range a.Outputs {
		data, ok := r.Output(out.Name)
		if !ok {
			continue
		}
		if err := c.outputs.write(out, data); err != nil {
			return err
		}
	}
	c.printMessages(a, r)
	return nil
}
