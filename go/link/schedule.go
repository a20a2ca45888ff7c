package link

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"thinrex/go/host"

	"golang.org/x/sync/errgroup"
)

// A Strategy says where actions are executed.
type Strategy int

// The strategies, as in --exec_strategy.
const (
	Local    Strategy = iota // on this machine
	Remote                   // by the service, and nowhere else
	Fallback                 // by the service; here what it can't do
	Racing                   // on both; the first result counts
)

// queues are what this machine and what the service begins with.
type queues struct {
	here, there *queue
	mayBegin    chan struct{} // closed when this machine may: all jobs are looked up, or that takes long
}

func (q queues) push(t *task, s Strategy) {
	if t.here || s == Local {
		q.here.push(t)
	} else {
		q.there.push(t)
	}
}

// A feed takes tasks from a queue, each when it has got a slot.
type feed struct {
	queue   *queue
	acquire func(context.Context) (*host.Lease, error)
	run     func(ctx context.Context, t *task, lease *host.Lease) error
}

// conduct looks all jobs up, and runs those that miss. A service is given them
// as they come; this machine begins with its own when all are looked up, as it
// has enough to do before. A failed compilation ends all others, unless
// --keep_going was given.
func (c *conductor) conduct(ctx context.Context) error {
	defer c.Terminal.Done()
	q := queues{newQueue(), newQueue(), make(chan struct{})}
	begin := sync.OnceFunc(func() { close(q.mayBegin) })
	if c.Patience > 0 {
		defer time.AfterFunc(c.Patience, begin).Stop()
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c.stop = stop
	g, groupCtx := errgroup.WithContext(running)
	endHelp := c.helpWhileNeeded(groupCtx)
	g.Go(func() error {
		defer q.here.close()
		defer q.there.close()
		defer begin()
		return c.lookupAll(groupCtx, q)
	})
	for _, f := range c.feeds(q) {
		g.Go(func() error { return c.feed(groupCtx, g, f) })
	}
	err := g.Wait()
	endHelp()
	if ctx.Err() == nil && errors.Is(context.Cause(running), ErrCompilation) && isEnd(err) {
		err = nil // of the jobs that were ended
	}
	if errors.Is(err, fs.ErrNotExist) {
		c.waitForLinkersEnd() // which may be why a file isn't there
	}
	if err == nil && c.isUnheard() {
		c.Terminal.WarnOnce("remote", "the remote service %s has not answered within %v; its jobs were compiled here",
			c.Remote.Address(), c.Patience)
	}
	return c.verdict(ctx, err)
}

// isEnd reports whether an error says no more than that a context ended.
func isEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, ErrCompilation)
}

func (c *conductor) feeds(q queues) []feed {
	runHere := func(ctx context.Context, t *task, lease *host.Lease) error {
		defer lease.Free()
		return c.executeHere(ctx, t)
	}
	acquireHere := func(ctx context.Context) (*host.Lease, error) {
		select {
		case <-q.mayBegin:
			return c.Slots.Acquire(ctx)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	feeds := []feed{{q.here, acquireHere, runHere}}
	switch c.Strategy {
	case Remote, Fallback:
		feeds = append(feeds, feed{q.there, c.remote.Acquire, c.executeThere})
	case Racing:
		feeds = append(feeds,
			feed{q.there, c.remote.Acquire, c.raceFrom(onAWorker)},
			feed{q.there, acquireHere, c.raceFrom(onThisMachine)})
	}
	return feeds
}

func (c *conductor) feed(ctx context.Context, g *errgroup.Group, f feed) error {
	for f.queue.wait(ctx) {
		lease, err := f.acquire(ctx)
		if err != nil {
			return err
		}
		t := f.queue.take()
		if t == nil || ctx.Err() != nil {
			lease.Free()
			continue
		}
		c.Terminal.Progress(c.done(), len(c.file.Jobs), t.first.Module())
		g.Go(func() error { return f.run(ctx, t, lease) })
	}
	return ctx.Err()
}

// verdict says how the jobs ended as a whole.
func (c *conductor) verdict(ctx context.Context, err error) error {
	done := c.done()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		return err
	case done == c.summary.Jobs && c.summary.Failed == 0:
		return nil
	case c.summary.Failed > 0:
		c.summary.Skipped = c.summary.Jobs - done
		c.reportRest(c.failures, c.summary.Skipped)
		return ErrCompilation
	}
	return ctx.Err()
}

func (c *conductor) done() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.summary.Hits + c.summary.Local + c.summary.Remote + c.summary.Failed
}
