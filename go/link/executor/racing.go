package executor

import (
	"context"
	"errors"
	"time"

	"thinrex/go/action"
	"thinrex/go/host"
)

// A Place is one of the two sides of a race.
type Place int

// The two sides.
const (
	Here  Place = iota // this machine
	There              // a service's workers
)

func other(p Place) Place {
	if p == Here {
		return There
	}
	return Here
}

// A Side runs an action in one place.
type Side struct {
	Executor action.Executor
	Slot     *host.Lease // that the executor runs in
}

// Racing runs an action on both sides. The first sound result counts, and ends the
// other side.
type Racing struct {
	Sides    [2]Side // by Place
	First    Place   // that begins with the action: its slot is taken
	Delay    time.Duration
	Reporter Reporter
}

// errLostRace is the cause of the end of the side that was slower.
var errLostRace = errors.New("the other side was faster")

// An outcome is what one side of a race has made of an action.
type outcome struct {
	place  Place
	result *action.Result // may be a failure of the compiler
	err    error
}

func (o outcome) sound(a *action.Action) bool { return o.err == nil && a.Failure(o.result) == nil }

// Execute returns the faster side's result. If both sides failed, it is this
// machine's, which says more.
func (r Racing) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	outcomes := r.race(ctx, a)
	here, there := outcomes[Here], outcomes[There]
	if ctx.Err() != nil {
		here.result.Done()
		there.result.Done()
		return nil, ctx.Err()
	}
	if there.sound(a) && !here.sound(a) {
		here.result.Done()
		return there.result, nil
	}
	there.result.Done()
	if there.err != nil && !errors.Is(there.err, errLostRace) {
		r.Reporter.FellBack(a.Subject, there.err)
	}
	return here.result, here.err
}

// race runs an action on both sides until there is a sound result. It returns when
// both have ended.
func (r Racing) race(ctx context.Context, a *action.Action) (outcomes [2]outcome) {
	both, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan outcome, len(outcomes))
	go func() { ended <- r.begin(both, a, r.First) }()
	go func() { ended <- r.join(both, a, other(r.First)) }()
	for range outcomes {
		o := <-ended
		if o.sound(a) || o.place == Here && Decides(o.result, o.err) {
			stop(errLostRace)
		} else {
			// What failed has no outputs. The other side may take long, and meanwhile
			// other jobs can have this side's slot.
			o.result.Done()
			if o.err != nil && errors.Is(context.Cause(both), errLostRace) {
				o.err = errLostRace
			}
		}
		outcomes[o.place] = o
	}
	return outcomes
}

func (r Racing) begin(ctx context.Context, a *action.Action, p Place) outcome {
	result, err := r.Sides[p].Executor.Execute(ctx, a)
	return outcome{p, result, err}
}

// join runs an action on the side that didn't begin with it: at once if that side
// is idle, or else after the delay, as soon as there is a slot.
func (r Racing) join(ctx context.Context, a *action.Action, p Place) outcome {
	if !r.Sides[p].Slot.Idle() {
		select {
		case <-time.After(r.Delay):
		case <-ctx.Done():
			return outcome{place: p, err: ctx.Err()}
		}
	}
	return r.begin(ctx, a, p)
}
