package link

import (
	"context"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/host"
)

// cutSlots are the slots in which imports are cut. Cutting needs a core, as compilations do,
// and shares their slots. If workers compile, it has as many of its own: they would have
// to wait for their jobs while compilations of this machine hold all slots.
func cutSlots(o Options) *host.Slots {
	if o.Strategy == Local {
		return o.Slots
	}
	return host.NewSlots(o.Slots.Count(), "")
}

// cutAll gives the tasks that missed sliced actions, those with the largest modules first,
// because these are compiled first. It asks for one slot at a time, so that compilations
// and cutting get slots in turn.
//
// If only this machine compiles, it waits until all jobs are looked up: a module that is cut
// before would be compiled first, though the largest may be still to come.
func (p *plan) cutAll(ctx context.Context) error {
	defer p.actions.slicing.rest()
	if p.options.Strategy == Local {
		select {
		case <-p.queues.mayBegin:
		case <-ctx.Done():
		}
	}
	g, groupCtx := errgroup.WithContext(ctx)
	g.SetLimit(RemoteLookups) // each holds its slices while it waits for the remote cache
	for p.uncut.wait(groupCtx) {
		begun := make(chan struct{})
		g.Go(func() error {
			slot, err := p.cutSlots.Acquire(groupCtx)
			t := p.uncut.take()
			close(begun)
			if err != nil || t == nil {
				slot.Free()
				return err
			}
			return p.cut(groupCtx, t, slot)
		})
		<-begun
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// cut decides on a task whose whole action missed, in a slot that it gives back.
func (p *plan) cut(ctx context.Context, t *task, slot *host.Lease) error {
	began := p.tally.journal.now()
	err := p.actions.take(ctx, t)
	sliced := err == nil && p.actions.slicing.slice(ctx, t)
	if err == nil && !sliced {
		p.queues.there.push(p.actions.keep(t)) // before a smaller one can get the slot, and its place
	}
	slot.Free()
	switch {
	case err != nil:
		return p.delivery.complete(ctx, t, nil, err)
	case sliced:
		if done, err := p.lookupSliced(ctx, t, began); done || err != nil {
			return err
		}
		p.queues.there.push(p.actions.keep(t))
	}
	return ctx.Err()
}

// lookupSliced looks a sliced action up, which began to be made at a time of the journal. It
// reports whether the task is done. If not, the task's action is the one that is to run.
func (p *plan) lookupSliced(ctx context.Context, t *task, began float64) (done bool, err error) {
	if p.options.Slicing == SlicingVerify {
		return false, nil // a hit would verify nothing
	}
	var r *action.Result
	p.actions.turns.do(func() {
		if p.options.KeepInputs {
			p.disk.keepInputs(t.action)
		}
		r, err = p.disk.lookup(ctx, t.action)
	})
	if err == nil && r == nil {
		r, err = p.lookupThere(ctx, t)
	}
	p.tally.journal.cut(t.first, began)
	if err == nil && r == nil {
		return false, nil
	}
	if err == nil {
		if why := t.accept(r); why != nil {
			r.Done()
			t.unslice()
			return false, nil
		}
		if p.verifier.choose(t, r) {
			p.queues.here.push(p.actions.keep(t))
			return true, nil
		}
	}
	return true, p.delivery.complete(ctx, t, r, err)
}
