package link

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/distfile"
	"thinrex/go/report"
)

// RemoteLookups is how many lookups may wait for a remote cache at once. Each
// holds an action, so there is an end to it.
const RemoteLookups = 500

// lookupAll writes the outputs of all hits and returns the other jobs.
func (c *conductor) lookupAll(ctx context.Context) ([]*task, error) {
	var mu sync.Mutex
	tasks := newTasks()
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(cap(c.work))
	if c.Remote != nil {
		g.SetLimit(RemoteLookups)
	}
	for i, job := range c.file.Jobs {
		if groupCtx.Err() != nil {
			break
		}
		g.Go(func() error {
			key, hit, err := c.lookup(groupCtx, job)
			if err != nil || hit {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			tasks.add(i, job, key)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return tasks.inOrder(), ctx.Err()
}

// lookup returns the digest of the job's action, zero when it can't have one,
// and whether a cached result has been written.
func (c *conductor) lookup(ctx context.Context, job distfile.Job) (key digest.Digest, hit bool, err error) {
	if c.builder == nil {
		return key, false, nil
	}
	c.work <- struct{}{}
	a, r, err := c.lookupHere(ctx, job)
	<-c.work
	if err != nil || a == nil {
		return key, false, err
	}
	if r == nil && c.Remote != nil {
		if r, err = c.lookupRemotely(ctx, a); err != nil {
			return key, false, err
		}
	}
	if r == nil {
		return a.Digest, false, nil
	}
	defer r.Done()
	if err := c.deliver(a, r); err != nil {
		return key, false, err
	}
	c.count(func(s *report.Summary) { s.Hits++ })
	return a.Digest, true, nil
}

// lookupHere makes the job's action, nil when it can't have one, and looks it
// up on this machine.
func (c *conductor) lookupHere(ctx context.Context, job distfile.Job) (*action.Action, *action.Result, error) {
	a, err := c.builder.Build(job)
	var uncacheable *action.Uncacheable
	if errors.As(err, &uncacheable) {
		c.warnUncached(uncacheable)
		return nil, nil, nil
	}
	if err != nil || c.Cache == nil {
		return a, nil, err
	}
	r, err := c.lookupIn(ctx, c.Cache, a)
	return a, r, err
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

// lookupIn returns a sound result or nil. A cache that can't be read is said
// once, and is no reason to fail.
func (c *conductor) lookupIn(ctx context.Context, cache Cache, a *action.Action) (*action.Result, error) {
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
