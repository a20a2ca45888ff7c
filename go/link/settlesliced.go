package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/executor"
)

// settleSliced decides on the result of a sliced action that was executed. If it is of no
// use, the whole action is executed; with --slicing=verify, the whole action is
// compiled here, too, and must give the same.
func (e *execution) settleSliced(
	ctx context.Context, t *task, slot *host.Lease, r *action.Result, executorOf maker,
) (*action.Result, error) {
	why := t.accept(r)
	if why == nil && e.options.Slicing != SlicingVerify {
		return r, nil
	}
	if ctx.Err() != nil {
		r.Done()
		return nil, ctx.Err()
	}
	if why != nil {
		e.delivery.storeUnused(ctx, t, r)
	}
	r.Done() // gives the slot back, for which the next compilation may have to wait
	if why == nil {
		if err := e.verify(ctx, t); err != nil {
			return nil, err
		}
		return r, nil
	}
	e.options.Terminal.Verbose("%s is compiled again, with whole modules: %v", t.first.Module(), why)
	e.delivery.tally.compiledTwice()
	e.delivery.tally.journal.compiledTwice(t.first, why)
	t.unslice()
	if err := slot.Take(ctx); err != nil {
		return nil, err
	}
	return executorOf(t, slot).Execute(ctx, t.action)
}

// ErrSlicesDiffer says that slicing has a fault; only --slicing=verify finds it.
var ErrSlicesDiffer = errors.New("compiled on slices of its imports, differs from what it is with whole modules")

// verify compiles a task's whole action here and compares the result with the one that is
// about to be delivered.
func (e *execution) verify(ctx context.Context, t *task) error {
	here := executor.Local{Machine: e.machine, Slot: e.options.Slots.Lease()}
	whole, err := here.Execute(ctx, t.sliced.whole)
	if err != nil {
		return err
	}
	defer whole.Done()
	if err := t.sliced.whole.Failure(whole); err != nil {
		return fmt.Errorf("%s %w: with these, its compilation fails: %w", t.first.Module(), ErrSlicesDiffer, err)
	}
	for _, out := range whole.Outputs {
		if data, _ := t.sliced.result.Output(out.Name); !bytes.Equal(data, out.Data) {
			return fmt.Errorf("%s %w (--slicing=off goes without slices; please report it, with the job's files, "+
				"which lld's --save-temps keeps)", t.first.Module(), ErrSlicesDiffer)
		}
	}
	return nil
}
