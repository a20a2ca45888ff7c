package link

import (
	"context"
	"errors"
	"time"

	"thinrex/go/action"
	"thinrex/go/host"
)

// raceDelay is what the side that began a task is ahead of the other one,
// unless that has nothing to do.
const raceDelay = time.Second

// An outcome is what one side of a race has.
type outcome struct {
	where  place
	result *action.Result // may be a failure of the compiler
	err    error
}

func (o outcome) sound(a *action.Action) bool { return o.err == nil && failureOf(a, o.result) == nil }

// raceFrom returns what runs a task on both sides, and first on one.
func (c *conductor) raceFrom(first place) func(ctx context.Context, t *task, lease *host.Lease) error {
	return func(ctx context.Context, t *task, lease *host.Lease) error {
		defer lease.Free() // not sooner: the slots bound the actions in memory
		a, err := c.actionOf(t)
		if err != nil {
			lease.Free()
			return c.executeInstead(ctx, t, err)
		}
		here, there := c.race(ctx, a, first)
		defer there.result.Done()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if there.sound(a) && !here.sound(a) {
			return c.finishRace(ctx, t, a, there, lease)
		}
		there.result.Done() // before a slot is waited for
		// If both failed, what happened here says more.
		if there.err != nil && !errors.Is(there.err, errLostRace) {
			c.fellBack(t, there.err)
		}
		if here.err != nil {
			lease.Free()
			return c.inSlot(ctx, func() error { return c.makeDo(ctx, t, here.err) })
		}
		return c.finishRace(ctx, t, a, here, lease)
	}
}

func (c *conductor) finishRace(ctx context.Context, t *task, a *action.Action, won outcome, lease *host.Lease) error {
	changed, err := c.finish(ctx, t, a, won.result, won.where)
	lease.Free()
	if err != nil {
		return err
	}
	return c.executeChanged(ctx, changed)
}

// errLostRace is the cause of the end of the side that was slower.
var errLostRace = errors.New("the other side was faster")

// race runs an action on both sides until there is a sound result. It returns
// when both have ended.
func (c *conductor) race(ctx context.Context, a *action.Action, first place) (here, there outcome) {
	both, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan outcome, 2)
	go func() { ended <- c.side(both, a, first) }()
	go func() { ended <- c.join(both, a, onThisMachine+onAWorker-first) }()
	for range 2 {
		o := <-ended
		if o.sound(a) || o.where == onThisMachine && o.decides() {
			stop(errLostRace)
		} else if o.err != nil && errors.Is(context.Cause(both), errLostRace) {
			o.err = errLostRace
		}
		if o.where == onThisMachine {
			here = o
		} else {
			there = o
		}
	}
	return here, there
}

// side runs an action on one side.
func (c *conductor) side(ctx context.Context, a *action.Action, where place) outcome {
	o := outcome{where: where}
	if where == onAWorker {
		o.result, o.err = c.executeRemotely(ctx, a)
	} else {
		o.result, o.err = c.local.execute(ctx, a)
	}
	return o
}

// join runs an action on the side that didn't begin with it: at once if that
// is idle, or else a little later, as soon as there is a slot.
func (c *conductor) join(ctx context.Context, a *action.Action, where place) outcome {
	acquire, idle := c.remote.Acquire, c.remote.Idle()
	if where == onThisMachine {
		acquire, idle = c.Slots.Acquire, c.Slots.Idle()
	}
	if !idle {
		select {
		case <-time.After(raceDelay):
		case <-ctx.Done():
			return outcome{where: where, err: ctx.Err()}
		}
	}
	lease, err := acquire(ctx)
	if err != nil {
		return outcome{where: where, err: err}
	}
	defer lease.Free()
	return c.side(ctx, a, where)
}
