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

// A helper compiles jobs about which a service is silent. It may be silent for very
// long: no worker takes the job, or its storage doesn't answer. When nothing was heard
// of a job for Options.Patience and this machine is idle, the job is compiled here as
// well. The side that ends first counts, and ends the other.
type helper struct {
	options Options
	machine *executor.Machine
	actions *actions
	awaited *awaited
	feed    feed // of tasks whose service is silent
	running errgroup.Group
}

// newHelper returns nil if there is no service, or this machine must not compile what a
// service was asked for.
func newHelper(o Options, m *executor.Machine, a *actions, w *awaited) *helper {
	if o.Remote == nil || o.Strategy == Remote || o.Patience <= 0 {
		return nil
	}
	h := &helper{options: o, machine: m, actions: a, awaited: w}
	h.feed = feed{queue: newQueue(), slots: o.Slots, run: h.compile}
	return h
}

// start lets the helper work until the link calls end, when it waits for no service any
// more.
func (h *helper) start(ctx context.Context) (end func()) {
	if h == nil {
		return func() {}
	}
	h.running.Go(func() error { return h.feed.serve(ctx, &h.running) })
	return func() {
		h.feed.queue.close()
		_ = h.running.Wait() // the outcome of a job went to its own task
	}
}

// errReadsMore ends a request for an action that leaves out files which the compiler
// reads. No cache can have its result, and it must not run. Its jobs are looked up again,
// or run as the linker wrote them.
var errReadsMore = fmt.Errorf("a file that the assembly includes %w", action.ErrInputChanged)

// errOvertaken is the cause of the end of a request when this machine was faster.
var errOvertaken = errors.New("this machine was faster")

// watch begins to watch a task whose request to a service has begun. leave ends the
// request.
func (h *helper) watch(t *task, leave context.CancelCauseFunc) *watch {
	patience := h.options.Patience
	w := &watch{
		action: t.action,
		leave:  leave,
		more:   executingPatience * patience,
		here:   make(chan compiled, 1),
		due:    time.Now().Add(patience),
	}
	silent := &task{first: t.first, size: t.size, watch: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(patience, func() { h.feed.queue.push(silent) })
	return w
}

// compile compiles a job that a service was given, in a slot of this machine.
func (h *helper) compile(ctx context.Context, t *task, slot *host.Lease) error {
	w := t.watch
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
	if !decides {
		// The compiler was killed, so the job waits for the service again. Until that
		// answers, the slot is for other jobs.
		ours.result.Done()
	}
	w.here <- ours
	if decides {
		w.leave(errOvertaken)
	}
	return nil
}

// A watched service is an action.Executor of one task. It asks the service to look the
// action up, or to execute it. When the service is silent about it for too long, this
// machine compiles the task as well.
type watched struct {
	helper *helper // nil to wait for the service, however long that takes
	task   *task
	serve  func(context.Context, *action.Action) (*action.Result, error)
	helped func() // is called if this machine's result counts
}

// Execute returns what the service or this machine made of the action, whichever came
// first.
func (w watched) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if w.helper == nil {
		return w.serve(ctx, a)
	}
	away, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	watch := w.helper.watch(w.task, leave)
	r, err := w.serve(action.WithProgress(away, watch.hear), a)
	served := err == nil && r != nil && a.Failure(r) == nil
	if !served && errors.Is(context.Cause(away), errReadsMore) {
		r.Done()
		// This machine may have begun before it was known that the action lacks files.
		here, _ := watch.finish(true)
		here.result.Done()
		return nil, errReadsMore
	}
	here, ran := watch.finish(served)
	if ran && !served && executor.Decides(here.result, here.err) {
		r.Done()
		w.helper.awaited.overtake()
		w.helped()
		return here.result, here.err
	}
	here.result.Done()
	return r, err
}
