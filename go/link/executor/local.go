package executor

import (
	"context"

	"thinrex/go/action"
	"thinrex/go/host"
)

// Local runs an action on this machine.
type Local struct {
	Machine *Machine
	Slot    *host.Lease // of this machine
}

// Execute runs the action as soon as there is a slot, unless the link has ended by
// then.
func (l Local) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	if err := l.Slot.Take(ctx); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		l.Slot.Free()
		return nil, err
	}
	r, err := l.Machine.run(ctx, a)
	if err != nil {
		l.Slot.Free()
		return nil, err
	}
	return hold(l.Slot, r), nil
}
