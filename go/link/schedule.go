package link

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/host"
)

// queues hold the tasks that missed.
type queues struct {
	here  *queue // of tasks that only this machine can run
	there *queue // of tasks that a service may have

	// A service is given tasks as they come. This machine begins with its own when
	// all jobs are looked up, or when that takes long: until then it has enough to do,
	// and the largest task may be still to come. If a service compiles, too, this machine
	// also cuts the imports of all jobs before it begins.
	mayBegin chan struct{}
	begin    func() // closes mayBegin
}

func newQueues(s Strategy) *queues {
	q := &queues{here: newQueue(), there: newQueue(), mayBegin: make(chan struct{})}
	if s == Local {
		q.there = q.here
	}
	q.begin = sync.OnceFunc(func() { close(q.mayBegin) })
	return q
}

// beginAfter lets this machine begin at the latest after a while, 0 for never. The
// caller calls stop at the end of the link.
func (q *queues) beginAfter(d time.Duration) (stop func() bool) {
	if d <= 0 {
		return func() bool { return false }
	}
	return time.AfterFunc(d, q.begin).Stop
}

// lookedUp says that all jobs are looked up. Those that missed may still have their imports
// cut, the largest first.
func (q *queues) lookedUp() {
	if q.there == q.here {
		q.begin()
	}
}

// close says that no more tasks will come.
func (q *queues) close() {
	q.begin()
	q.there.close()
	q.here.close()
}

// A feed takes tasks from a queue, each when it has a slot for it, and runs them.
type feed struct {
	queue    *queue
	slots    *host.Slots
	mayBegin <-chan struct{} // nil to begin at once
	run      func(ctx context.Context, t *task, slot *host.Lease) error
}

// serve runs tasks in g until the queue is closed and empty.
func (f feed) serve(ctx context.Context, g *errgroup.Group) error {
	if f.mayBegin != nil {
		select {
		case <-f.mayBegin:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for f.queue.wait(ctx) {
		slot, err := f.slots.Acquire(ctx)
		if err != nil {
			return err
		}
		t := f.queue.take()
		if t == nil || ctx.Err() != nil {
			slot.Free()
			continue
		}
		g.Go(func() error { return f.run(ctx, t, slot) })
	}
	return ctx.Err()
}
