package link

import (
	"context"
	"errors"
	"time"

	"thinrex/go/action"
	"thinrex/go/reapi"
)

// raceDelay is what the side that began a task is ahead of the other one,
// unless that has nothing to do.
const raceDelay = time.Second

// An outcome is what one side of a race has.
type outcome struct {
	where  place
	result *action.Result
	err    error
}

// raceFrom returns what runs a task on both sides, and first on one.
func (c *conductor) raceFrom(first place) func(ctx context.Context, t *task, release func()) error {
	return func(ctx context.Context, t *task, release func()) error {
		actions, err := c.rebuild(t)
		if err != nil {
			release()
			return c.makeDoHere(ctx, t, err)
		}
		won, err := c.race(ctx, actions[0], first, release)
		if err != nil {
			return c.makeDoHere(ctx, t, err)
		}
		return c.finish(ctx, t, actions, won.result, won.where)
	}
}

// race returns the first sound outcome. The other side has ended by then.
func (c *conductor) race(ctx context.Context, a *action.Action, first place, release func()) (won outcome, err error) {
	both, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan outcome, 2)
	go func() {
		defer release()
		ended <- c.side(both, a, first)
	}()
	go func() { ended <- c.join(both, a, onThisMachine+onAWorker-first) }()
	decided := false
	for range 2 {
		o := <-ended
		switch {
		case decided:
		case o.err == nil:
			won, err, decided = o, nil, true
			stop()
		case o.where == onThisMachine || err == nil:
			err = o.err // what happened here says more
		}
	}
	return won, err
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
	acquire, idle := c.acquireRemote, len(c.remote) < cap(c.remote)
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
	release, err := acquire(ctx)
	if err != nil {
		return outcome{where: where, err: err}
	}
	defer release()
	return c.side(ctx, a, where)
}

// makeDoHere is makeDo with a slot of this machine.
func (c *conductor) makeDoHere(ctx context.Context, t *task, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !errors.Is(err, reapi.ErrInputChanged) && !errors.Is(err, errOtherFiles) {
		return err
	}
	release, slotErr := c.Slots.Acquire(ctx)
	if slotErr != nil {
		return nil // the group knows why
	}
	defer release()
	return c.makeDo(ctx, t, err)
}
