package link

import (
	"context"
	"errors"
	"fmt"
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

// wait begins to wait for a service.
func (h *helper) wait(t *task, leave context.CancelCauseFunc) *wait {
	patience := h.options.Patience
	w := &wait{
		action: t.action,
		leave:  leave,
		more:   executingPatience * patience,
		here:   make(chan compiled, 1),
		due:    time.Now().Add(patience),
	}
	silent := &task{first: t.first, size: t.size, wait: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(patience, func() { h.feed.queue.push(silent) })
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

// A watched request has a service do something with a task's action: look it up, or
// execute it. It is an action.Executor. When the service is silent about the task for
// too long, this machine compiles it as well.
type watched struct {
	helper *helper // nil to wait for the service, however long that takes
	task   *task
	serve  func(context.Context, *action.Action) (*action.Result, error)
	helped func() // is told if this machine's result counts
}

// Execute returns what the service or this machine made of the task's action,
// whichever came first.
func (w watched) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if w.helper == nil {
		return w.serve(ctx, a)
	}
	away, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	wait := w.helper.wait(w.task, leave)
	r, err := w.serve(action.WithProgress(away, wait.hear), a)
	served := err == nil && r != nil && a.Failure(r) == nil
	if !served && errors.Is(context.Cause(away), errReadsMore) {
		r.Done()
		return nil, errReadsMore
	}
	here, ran := wait.finish(served)
	if ran && !served && executor.Decides(here.result, here.err) {
		r.Done()
		w.helper.awaited.overtake()
		w.helped()
		return here.result, here.err
	}
	here.result.Done()
	return r, err
}
