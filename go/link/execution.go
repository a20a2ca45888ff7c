package link

import (
	"context"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/executor"
)

// An execution runs the tasks that missed, where the strategy says.
type execution struct {
	options  Options
	machine  *executor.Machine
	workers  *executor.Workers // nil without a service that executes
	there    *host.Slots       // of the tasks that the service is given at once
	trust    *executor.Trust
	verifier *verifier
	helper   *helper
	actions  *actions
	delivery *delivery
}

// newWorkers returns nil for a strategy that needs none.
func newWorkers(o Options, c *jobCompiler, w *awaited) *executor.Workers {
	if o.Strategy == Local {
		return nil
	}
	return &executor.Workers{
		Service:  o.Remote,
		Compiler: c.onWorkers,
		Required: o.Strategy == Remote,
		Begin:    w.job,
	}
}

// feeds returns the loops that take tasks from the queues. The strategy decides whether
// tasks that a service may have go to this machine, to the service, or to both.
func (e *execution) feeds(q *queues) []feed {
	feeds := []feed{e.hereFrom(q, q.here, e.local)}
	switch e.options.Strategy {
	case Remote:
		feeds = append(feeds, e.thereFrom(q.there, e.remote))
	case Fallback:
		feeds = append(feeds, e.thereFrom(q.there, e.fallback))
	case Racing:
		feeds = append(feeds,
			e.thereFrom(q.there, e.racingFrom(executor.There)),
			e.hereFrom(q, q.there, e.racingFrom(executor.Here)))
	}
	return feeds
}

// hereFrom returns a feed that takes tasks when this machine has a slot.
func (e *execution) hereFrom(all *queues, q *queue, m maker) feed {
	return feed{queue: q, slots: e.options.Slots, mayBegin: all.mayBegin, run: e.runWith(m, false)}
}

// thereFrom returns a feed that takes tasks when the service may be given one.
func (e *execution) thereFrom(q *queue, m maker) feed {
	return feed{queue: q, slots: e.there, run: e.runWith(m, true)}
}

// A maker makes the executor of one task, which begins in a slot that is taken.
type maker func(t *task, slot *host.Lease) action.Executor

// runWith returns what executes one task and delivers its result. away is said of a feed
// that gives its tasks to the service.
func (e *execution) runWith(executorOf maker, away bool) func(context.Context, *task, *host.Lease) error {
	return func(ctx context.Context, t *task, slot *host.Lease) error {
		if !t.hasAction() {
			defer slot.Free()
			return e.delivery.asWritten.run(ctx, t.first)
		}
		if err := e.actions.take(ctx, t); err != nil {
			slot.Free()
			return e.delivery.complete(ctx, t, nil, err)
		}
		ended := e.delivery.tally.journal.run(t.first, away)
		r, err := e.result(ctx, t, slot, executorOf)
		if err == nil && t.sliced != nil {
			r, err = e.settleSliced(ctx, t, slot, r, executorOf)
		}
		meantForWorker := away && e.options.Strategy != Racing
		ended(meantForWorker && err == nil && r.Service == "" && r.ExitError() == nil)
		return e.delivery.complete(ctx, t, r, err)
	}
}

// result is that of a task's action: of one execution, or of what verifies a hit.
func (e *execution) result(
	ctx context.Context, t *task, slot *host.Lease, executorOf maker,
) (*action.Result, error) {
	if t.hit != nil {
		return e.verifier.execute(ctx, t, slot)
	}
	return executorOf(t, slot).Execute(ctx, t.action)
}

func (e *execution) local(_ *task, slot *host.Lease) action.Executor {
	return executor.Local{Machine: e.machine, Slot: slot}
}

// remote has the helper stand by: this machine compiles the task as well if the
// service is silent about it.
func (e *execution) remote(t *task, slot *host.Lease) action.Executor {
	remote := executor.Remote{Workers: e.workers, Slot: slot}
	return watched{helper: e.helper, task: t, serve: remote.Execute, helped: e.delivery.tally.fallback}
}

func (e *execution) fallback(t *task, slot *host.Lease) action.Executor {
	here := e.options.Slots.Lease()
	return executor.Fallback{
		Remote:   e.remote(t, slot),
		Here:     e.local(t, here),
		Slot:     here,
		Source:   source{e.actions, t},
		Trust:    e.trust,
		Reporter: e.delivery.failures,
	}
}

// racingFrom returns the maker of races that begin in one place.
func (e *execution) racingFrom(first executor.Place) maker {
	return func(t *task, slot *host.Lease) action.Executor {
		here, there := slot, e.there.Lease()
		if first == executor.There {
			here, there = e.options.Slots.Lease(), slot
		}
		return executor.Racing{
			Sides: [2]executor.Side{
				executor.Here:  {Executor: e.local(t, here), Slot: here},
				executor.There: {Executor: executor.Remote{Workers: e.workers, Slot: there}, Slot: there},
			},
			First:    first,
			Delay:    raceDelay,
			Reporter: e.delivery.failures,
		}
	}
}
