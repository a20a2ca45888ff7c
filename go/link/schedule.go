package link

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"thinrex/go/digest"
	"thinrex/go/report"
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

// A feed takes tasks from a queue, each when it has got a slot.
type feed struct {
	queue   <-chan *task
	acquire func(context.Context) (release func(), err error)
	run     func(ctx context.Context, t *task, release func()) error
}

// executeAll runs the tasks. After a failed compilation no further one is
// started, unless --keep_going was given; those that run are let finish.
func (c *conductor) executeAll(ctx context.Context, pending []*task) error {
	if len(pending) == 0 {
		return nil
	}
	if err := c.local.open(c); err != nil {
		return &EnvironmentError{fmt.Errorf("make a private directory: %w", err)}
	}
	defer c.Terminal.Done()
	here, there := c.queues(pending)
	g, groupCtx := errgroup.WithContext(ctx)
	for _, f := range c.feeds(here, there) {
		g.Go(func() error { return c.feed(groupCtx, g, f) })
	}
	err := g.Wait()
	for _, queue := range []chan *task{here, there} {
		for t := range queue {
			c.skip(t)
		}
	}
	return c.verdict(ctx, err)
}

// queues returns what this machine and what the service begins with, in order.
// They are one queue when both take what is next.
func (c *conductor) queues(pending []*task) (here, there chan *task) {
	here = make(chan *task, len(pending))
	there = make(chan *task, len(pending))
	for _, t := range pending {
		asIs := t.action == digest.Digest{} // it needs the linker's directory
		if asIs || c.Strategy == Local {
			here <- t
		} else {
			there <- t
		}
	}
	close(here)
	close(there)
	return here, there
}

func (c *conductor) feeds(here, there chan *task) []feed {
	runHere := func(ctx context.Context, t *task, release func()) error {
		defer release()
		return c.executeHere(ctx, t)
	}
	feeds := []feed{{here, c.Slots.Acquire, runHere}}
	switch c.Strategy {
	case Remote, Fallback:
		feeds = append(feeds, feed{there, c.acquireRemote, c.executeThere})
	case Racing:
		feeds = append(feeds,
			feed{there, c.acquireRemote, c.raceFrom(onAWorker)},
			feed{there, c.Slots.Acquire, c.raceFrom(onThisMachine)})
	}
	return feeds
}

func (c *conductor) feed(ctx context.Context, g *errgroup.Group, f feed) error {
	for len(f.queue) > 0 && !c.stopped() {
		release, err := f.acquire(ctx)
		if err != nil {
			return nil // the group knows why
		}
		if c.stopped() {
			release()
			return nil
		}
		t, ok := <-f.queue
		if !ok {
			release()
			return nil
		}
		c.Terminal.Progress(c.done(), len(c.file.Jobs), t.jobs[0].Module())
		g.Go(func() error { return f.run(ctx, t, release) })
	}
	return nil
}

func (c *conductor) acquireRemote(ctx context.Context) (release func(), err error) {
	select {
	case c.remote <- struct{}{}:
		return func() { <-c.remote }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *conductor) skip(t *task) {
	c.count(func(s *report.Summary) { s.Skipped += len(t.jobs) })
}

func (c *conductor) verdict(ctx context.Context, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		return err
	case c.summary.Failed > 0:
		return ErrCompilation
	case c.summary.Skipped > 0:
		return ctx.Err()
	}
	return nil
}

func (c *conductor) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.summary.Failed > 0 && !c.KeepGoing
}

func (c *conductor) done() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.summary.Hits + c.summary.Local + c.summary.Remote + c.summary.Failed
}
