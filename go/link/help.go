package link

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/report"
)

// executingPatience is how much more time, in multiples of Options.Patience, a
// job has that a worker has begun.
const executingPatience = 3

// A wait is a job that a service has: it looks it up, or executes it.
//
// A service may be silent for very long: no worker takes the job, or its
// storage doesn't answer. When nothing was heard of a job for Options.Patience
// and this machine is idle, the job is compiled here as well. The side that
// ends first counts, and ends the other.
type wait struct {
	action *action.Action
	leave  context.CancelCauseFunc // ends what the service does
	here   chan outcome            // what this machine made of it

	mu      sync.Mutex
	due     time.Time // when this machine may begin
	timer   *time.Timer
	over    bool               // this machine may not begin any more
	endHere context.CancelFunc // nil until this machine has begun
}

// elsewhere calls serve, which has a service do something with a task's
// action. The outcome is this machine's if that was faster.
func (c *conductor) elsewhere(
	ctx context.Context, t *task, a *action.Action, serve func(context.Context) (*action.Result, error),
) outcome {
	if c.help == nil {
		r, err := serve(ctx)
		return outcome{onAWorker, r, err}
	}
	away, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	w := &wait{action: a, leave: leave, here: make(chan outcome, 1), due: time.Now().Add(c.Patience)}
	w.timer = time.AfterFunc(c.Patience, func() { c.help.push(&task{first: t.first, size: t.size, wait: w}) })
	begun := sync.OnceFunc(func() { w.postpone(executingPatience * c.Patience) })
	r, err := serve(action.WithProgress(away, func(executing bool) {
		if executing {
			begun()
		}
	}))
	there := outcome{onAWorker, r, err}
	served := r != nil && there.sound(a)
	if !served && errors.Is(context.Cause(away), errReadsMore) {
		return outcome{where: onAWorker} // no cache can have a result
	}
	if here, ran := w.finish(served); ran && !served && here.decides() {
		r.Done()
		c.count(func(*report.Summary) { c.helped++ })
		return here
	}
	return there
}

// errReadsMore is the cause of the end of a lookup for an action that leaves out
// files, and so must not be run.
var errReadsMore = errors.New("the compiler reads more files")

// decides reports whether what happened here is the end of a job, so that the
// service's answer isn't waited for: the compiler has ended by itself, or the
// job can't be run as an action.
func (o outcome) decides() bool {
	if o.err != nil {
		return errors.Is(o.err, action.ErrInputChanged) || errors.Is(o.err, errOtherFiles)
	}
	return o.result.Signal == ""
}

// postpone gives the service more time, from now on.
func (w *wait) postpone(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.due = time.Now().Add(d)
		w.timer.Reset(d)
	}
}

// finish keeps this machine from beginning. If it has begun, finish returns what
// it made of the job; when the service was faster, without waiting for the
// compiler.
func (w *wait) finish(served bool) (here outcome, ran bool) {
	w.mu.Lock()
	w.over = true
	w.timer.Stop()
	end := w.endHere
	w.mu.Unlock()
	if end == nil {
		return outcome{}, false
	}
	if served {
		end()
	}
	return <-w.here, true
}

// begin returns the context for a compilation here and what ends it, or nil if there
// shall be none: the service has answered or has got more time, or the compilation has
// begun. The latter happens when the service gets more time after the timer's first
// end, and the timer ends once more.
func (w *wait) begin(ctx context.Context) (home context.Context, end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || w.endHere != nil || time.Now().Before(w.due) {
		return nil, nil
	}
	home, w.endHere = context.WithCancel(ctx)
	return home, w.endHere
}

// runHelp compiles here what a service was given, in a slot of this machine.
func (c *conductor) runHelp(ctx context.Context, t *task, lease *host.Lease) error {
	defer lease.Free()
	w := t.wait
	if c.readsMore(w.action) {
		w.leave(errReadsMore)
		return nil
	}
	home, end := w.begin(ctx)
	if home == nil {
		return nil
	}
	defer end()
	c.Terminal.Verbose("%s is compiled here, too: %s has been silent about it", t.first.Module(), c.Remote.Address())
	o := outcome{where: onThisMachine}
	o.result, o.err = c.local.execute(home, w.action)
	w.here <- o
	if o.decides() {
		w.leave(errLostRace)
	}
	return nil
}

// helpWhileNeeded starts what compiles here the jobs of which a service says
// nothing. The link calls end when it waits for no service any more.
func (c *conductor) helpWhileNeeded(ctx context.Context) (end func()) {
	if c.Remote == nil || c.Strategy == Remote || c.Patience <= 0 {
		return func() {}
	}
	c.help = newQueue()
	var running errgroup.Group
	running.Go(func() error {
		return c.feed(ctx, &running, feed{c.help, c.Slots.Acquire, c.runHelp})
	})
	return func() {
		c.help.close()
		_ = running.Wait() // the jobs' own tasks have what came of it
	}
}
