package link

import (
	"context"
	"sync"
	"time"

	"thinrex/go/action"
)

// A watch is over one job that a service was asked for. When it is due, this machine may
// compile the job as well.
type watch struct {
	action *action.Action
	leave  context.CancelCauseFunc // ends the request to the service
	more   time.Duration           // what the service gets once a worker has begun
	here   chan compiled           // the outcome on this machine; stays empty if it hasn't begun

	mu      sync.Mutex
	due     time.Time // when this machine may begin
	timer   *time.Timer
	working bool               // a worker has begun
	over    bool               // this machine may not begin any more
	endHere context.CancelFunc // nil until this machine has begun
}

// A compiled is the outcome of an action on this machine.
type compiled struct {
	result *action.Result
	err    error
}

// hear gives the service more time, from now on, when a worker has begun the job. It
// does so once.
func (w *watch) hear(working bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !working || w.working {
		return
	}
	w.working = true
	if !w.over {
		w.due = time.Now().Add(w.more)
		w.timer.Reset(w.more)
	}
}

// begin returns a context for the compilation here, and a function that ends it. Both are
// nil if it must not begin: the service has answered or has got more time, or this machine
// has begun before. The last happens if the service gets more time after the timer has
// fired: the timer then fires once more.
func (w *watch) begin(ctx context.Context) (home context.Context, end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || w.endHere != nil || time.Now().Before(w.due) {
		return nil, nil
	}
	home, w.endHere = context.WithCancel(ctx)
	return home, w.endHere
}

// finish keeps this machine from beginning. If it has begun, finish waits for the outcome.
// If the outcome isn't needed, the compilation is ended first.
func (w *watch) finish(unneeded bool) (ours compiled, ran bool) {
	w.mu.Lock()
	w.over = true
	w.timer.Stop()
	end := w.endHere
	w.mu.Unlock()
	if end == nil {
		return compiled{}, false
	}
	if unneeded {
		end()
	}
	return <-w.here, true
}
