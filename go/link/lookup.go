package link

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/distfile"
	"thinrex/go/report"
)

// RemoteLookups is how many lookups may wait for a remote cache at once. Each
// holds an action, so there is an end to it.
const RemoteLookups = 500

// heldAtOnce bounds the actions that wait with their tasks, in bytes. Those of
// all misses of a large link would fill the memory; what finds no room is made
// again.
const heldAtOnce = 64 << 20

// lookupAll writes the outputs of all hits and queues the other jobs, those
// with the largest modules first: a long one that starts last would keep the
// linker waiting alone.
func (c *conductor) lookupAll(ctx context.Context, q queues) error {
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(cap(c.work))
	if c.Remote != nil {
		g.SetLimit(RemoteLookups)
	}
	order := c.largestFirst()
	line := newInLine(len(order), func(t *task) { c.push(q, t) })
	for place, job := range order {
		if groupCtx.Err() != nil {
			break
		}
		if c.stopped() {
			c.count(func(s *report.Summary) { s.Skipped += len(order) - place })
			break
		}
		g.Go(func() error {
			t, err := c.lookup(groupCtx, job)
			line.add(place, t)
			return err
		})
	}
	err := g.Wait()
	c.count(func(s *report.Summary) { s.LookupSeconds = c.sinceStart() })
	return errors.Join(err, ctx.Err())
}

// largestFirst returns the jobs by the sizes of their modules.
func (c *conductor) largestFirst() []distfile.Job {
	sizes := make(map[string]int64, len(c.file.Jobs))
	for _, job := range c.file.Jobs {
		sizes[job.Module()] = fileSize(job.Module())
	}
	return slices.SortedStableFunc(slices.Values(c.file.Jobs), func(x, y distfile.Job) int {
		return cmp.Compare(sizes[y.Module()], sizes[x.Module()])
	})
}

// lookup writes a job's outputs if they are cached. Otherwise it returns
// a task, or nil if another job's task does this one's work, too.
func (c *conductor) lookup(ctx context.Context, job distfile.Job) (*task, error) {
	asIs := &task{jobs: []distfile.Job{job}}
	if c.builder == nil {
		return asIs, nil
	}
	c.work <- struct{}{}
	a, err := c.builder.Build(job)
	var t *task
	var r *action.Result
	if err == nil {
		if t = c.tasks.begin(a); t != nil {
			r, err = c.lookupIn(ctx, c.Cache, a)
		}
	}
	<-c.work
	var uncacheable *action.Uncacheable
	switch {
	case errors.As(err, &uncacheable):
		c.warnUncached(uncacheable)
		return asIs, nil
	case err != nil || t == nil:
		return nil, err
	}
	if r == nil && c.Remote != nil {
		if r, err = c.lookupRemotely(ctx, a); err != nil {
			return nil, err
		}
	}
	if r == nil {
		if !c.held.TryAcquire(a.Size()) {
			t.action = nil
		}
		return t, nil
	}
	defer r.Done()
	c.count(func(s *report.Summary) { s.Hits++ })
	return nil, c.deliverAll(ctx, t, a, r)
}

// lookupRemotely keeps what it finds on this machine, too.
func (c *conductor) lookupRemotely(ctx context.Context, a *action.Action) (*action.Result, error) {
	r, err := c.lookupIn(ctx, c.Remote, a)
	if r != nil {
		c.count(func(s *report.Summary) { s.RemoteHits++ })
		c.keep(ctx, c.Cache, a, r)
	}
	return r, err
}

// lookupIn returns a sound result or nil. A cache, nil for none, that can't be
// read is said once, and is no reason to fail.
func (c *conductor) lookupIn(ctx context.Context, cache Cache, a *action.Action) (*action.Result, error) {
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
func (c *conductor) keep(ctx context.Context, cache Cache, a *action.Action, r *action.Result) bool {
	c.mu.Lock()
	skip := cache == nil || c.unwritten[cache]
	c.mu.Unlock()
	if skip {
		return false
	}
	if err := cache.Store(ctx, a, r); err != nil {
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
func (c *conductor) cacheFailed(cache Cache, verb string, err error) {
	if cache == c.Cache {
		c.Terminal.WarnOnce("cache", "can't %s the cache, going on without: %v", verb, err)
		return
	}
	c.Terminal.WarnOnce("remote", "can't %s the remote cache, going on without: %v", verb, err)
}

// deliverAll writes the outputs of a task's jobs. a is the action of the first
// one; the others' outputs are elsewhere.
func (c *conductor) deliverAll(ctx context.Context, t *task, a *action.Action, r *action.Result) error {
	jobs := c.tasks.settle(t)
	if err := c.deliver(a, r); err != nil {
		return err
	}
	for i, job := range jobs[1:] {
		a, err := c.build(t, job)
		if err != nil {
			return c.makeDo(ctx, jobs[1+i:], err)
		}
		if err := c.deliver(a, r); err != nil {
			return err
		}
		c.count(func(s *report.Summary) { s.Hits++ })
	}
	return nil
}

// deliver writes the outputs of an action and repeats the compiler's words.
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
	c.Terminal.Words(r.Stdout)
	c.Terminal.Words(r.Stderr)
	return nil
}
