package link

import (
	"context"
	"sync"
	"time"

	"thinrex/go/action"
)

// A wait is one job that a service has. It may be compiled here when it is due.
type wait struct {
	action *action.Action
	leave  context.CancelCauseFunc // ends what the service does
	more   time.Duration           // for the service once a worker has begun
	here   chan compiled           // what this machine made of it; never filled if it hasn't begun

	mu      sync.Mutex
	due     time.Time // when this machine may begin
	timer   *time.Timer
	working bool               // a worker has begun
	over    bool               // this machine may not begin any more
	endHere context.CancelFunc // nil until this machine has begun
}

// A compiled is what came of an action on this machine.
type compiled struct {
	result *action.Result
	err    error
}

// hear gives the service more time, from now on, when a worker has begun the job. It
// does so once.
func (w *wait) hear(working bool) {
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

// begin returns the context for a compilation here and what ends it, or nil if there
// shall be none: the service has answered or has got more time, or the compilation has
// begun. The latter happens when the service gets more time after the timer has fired,
// and the timer then fires once more.
func (w *wait) begin(ctx context.Context) (home context.Context, end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || w.endHere != nil || time.Now().Before(w.due) {
		return nil, nil
	}
	home, w.endHere = context.WithCancel(ctx)
	return home, w.endHere
}

// finish keeps this machine from beginning. If it has begun, finish returns what it
// made of the job; a compilation that the service was faster with is ended first.
func (w *wait) finish(served bool) (ours compiled, ran bool) {
	w.mu.Lock()
	w.over = true
	w.timer.Stop()
	end := w.endHere
	w.mu.Unlock()
	if end == nil {
		return compiled{}, false
	}
	if served {
		end()
	}
	return <-w.here, true
}
