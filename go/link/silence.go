package link

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/executor"
)

// A helper compiles jobs of which a service says nothing. A service may be silent
// for very long: no worker takes the job, or its storage doesn't answer. When
// nothing was heard of a job for Options.Patience and this machine is idle, the job
// is compiled here as well. The side that ends first counts, and ends the other.
//
// A nil helper waits for the service, however long that takes.
type helper struct {
	options Options
	machine *executor.Machine
	actions *actions
	awaited *awaited
	feed    feed // of tasks whose service is silent
	running errgroup.Group
}

// newHelper returns nil if this machine must not help, or nobody needs it.
func newHelper(o Options, m *executor.Machine, a *actions, w *awaited, show func(*task)) *helper {
	if o.Remote == nil || o.Strategy == Remote || o.Patience <= 0 {
		return nil
	}
	h := &helper{options: o, machine: m, actions: a, awaited: w}
	h.feed = feed{queue: newQueue(), slots: o.Slots, run: h.compile, show: show}
	return h
}

// start has silent jobs compiled until the link calls end, because it waits for no
// service any more.
func (h *helper) start(ctx context.Context) (end func()) {
	if h == nil {
		return func() {}
	}
	h.running.Go(func() error { return h.feed.serve(ctx, &h.running) })
	return func() {
		h.feed.queue.close()
		_ = h.running.Wait() // each job's own task has what came of it
	}
}

// errReadsMore ends a lookup of an action that leaves out files which the compiler
// reads: no cache can have its result, and it must not run.
var errReadsMore = fmt.Errorf("the compiler reads files that the action leaves out: it %w", action.ErrInputChanged)

// errOvertaken is the cause of the end of a request when this machine was faster.
var errOvertaken = errors.New("this machine was faster")

// while calls serve, which has a service look up or execute a task's action, and
// has this machine compile it when the service is silent about it for too long. It
// returns this machine's result, with here true, if that counts.
func (h *helper) while(
	ctx context.Context, t *task, serve func(context.Context) (*action.Result, error),
) (r *action.Result, here bool, err error) {
	if h == nil {
		r, err = serve(ctx)
		return r, false, err
	}
	away, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	w := h.wait(t, leave)
	moreTime := sync.OnceFunc(func() { w.postpone(executingPatience * h.options.Patience) })
	r, err = serve(action.WithProgress(away, func(begun bool) {
		if begun {
			moreTime()
		}
	}))
	served := err == nil && r != nil && w.action.Failure(r) == nil
	if !served && errors.Is(context.Cause(away), errReadsMore) {
		r.Done()
		return nil, false, errReadsMore
	}
	ours, ran := w.finish(served)
	if ran && !served && executor.Decides(ours.result, ours.err) {
		r.Done()
		h.awaited.overtake()
		return ours.result, true, ours.err
	}
	ours.result.Done()
	return r, false, err
}

// wait begins to wait for a service.
func (h *helper) wait(t *task, leave context.CancelCauseFunc) *wait {
	w := &wait{action: t.action, leave: leave, here: make(chan compiled, 1), due: time.Now().Add(h.options.Patience)}
	silent := &task{first: t.first, size: t.size, wait: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(h.options.Patience, func() { h.feed.queue.push(silent) })
	return w
}

// compile compiles here what a service was given, in a slot of this machine.
func (h *helper) compile(ctx context.Context, t *task, slot *host.Lease) error {
	w := t.wait
	if h.actions.readsMore(w.action) {
		slot.Free()
		w.leave(errReadsMore)
		return nil
	}
	home, end := w.begin(ctx)
	if home == nil {
		slot.Free()
		return nil
	}
	defer end()
	h.options.Terminal.Verbose("%s is compiled here, too: nothing was heard of it from %s for %v",
		t.first.Module(), h.options.Remote.Address(), h.options.Patience)
	var ours compiled
	ours.result, ours.err = executor.Local{Machine: h.machine, Slot: slot}.Execute(home, w.action)
	decides := executor.Decides(ours.result, ours.err)
	w.here <- ours
	if decides {
		w.leave(errOvertaken)
	}
	return nil
}

// helped is a remote executor of one task whose silence this machine makes up for.
type helped struct {
	helper *helper
	task   *task
	remote action.Executor
	tally  *tally
}

// Execute returns this machine's result if that came first. It then counts as one
// that should have been a worker's.
func (e helped) Execute(ctx context.Context, _ *action.Action) (*action.Result, error) {
	r, here, err := e.helper.while(ctx, e.task, func(ctx context.Context) (*action.Result, error) {
		return e.remote.Execute(ctx, e.task.action)
	})
	if here {
		e.tally.fallback()
	}
	return r, err
}
