package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/canon"
	"thinrex/go/link/executor"
	"thinrex/go/object/rename"
)

// A slicedTask is what a task with a sliced action needs in addition.
type slicedTask struct {
	*canon.Sliced
	whole  *action.Action // of the same job, on whole modules; its digest is the task's key
	result *action.Result // that the whole action would have; set by accept
}

// accept checks the result of a task's action. For a sliced action it makes the whole
// one's result of it, which is delivered. The error says why the result is of no use, so
// that the whole action must run.
func (t *task) accept(r *action.Result) error {
	if t.sliced == nil {
		return nil
	}
	if err := t.action.Failure(r); err != nil {
		return err
	}
	named, err := t.sliced.putNumbersBack(r)
	if err != nil {
		return err
	}
	t.sliced.result = named
	return t.sliced.whole.Failure(named)
}

// putNumbersBack replaces the placeholders in the names of promoted symbols.
func (s *slicedTask) putNumbersBack(r *action.Result) (*action.Result, error) {
	named := *r
	named.Release = nil // r keeps what was reserved
	named.Outputs = slices.Clone(r.Outputs)
	for i, out := range named.Outputs {
		data, err := rename.Replace(out.Data, s.Names)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", out.Name, err)
		}
		named.Outputs[i].Data = data
	}
	named.Stdout, named.Stderr = s.inText(r.Stdout), s.inText(r.Stderr)
	return &named, nil
}

// inText replaces the placeholders in messages of the compiler.
func (s *slicedTask) inText(text []byte) []byte {
	if !bytes.Contains(text, []byte(canon.PlaceholderPrefix)) {
		return text
	}
	var pairs []string
	for placeholder, number := range s.Names {
		pairs = append(pairs, placeholder, number)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(text)))
}

// unslice gives a task its whole action back.
func (t *task) unslice() {
	t.action, t.sliced, t.wantsSlices = t.sliced.whole, nil, false
}

// outputsFrom returns what is delivered of the result of a task's action.
func (t *task) outputsFrom(r *action.Result) *action.Result {
	if t.sliced == nil {
		return r
	}
	return t.sliced.result
}

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
	r.Done() // gives the slot back, for which the next compilation may have to wait
	if why == nil {
		return r, e.verify(ctx, t)
	}
	e.options.Terminal.Verbose("%s is compiled again, with whole modules: %v", t.first.Module(), why)
	t.unslice()
	if err := slot.Take(ctx); err != nil {
		return nil, err
	}
	return executorOf(t, slot).Execute(ctx, t.action)
}

// errSlicesDiffer says that slicing has a fault.
var errSlicesDiffer = errors.New("compiled on slices of its imports, differs from what it is with whole modules")

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
		return fmt.Errorf("%s %w: with these, its compilation fails: %w", t.first.Module(), errSlicesDiffer, err)
	}
	for _, out := range whole.Outputs {
		if data, _ := t.sliced.result.Output(out.Name); !bytes.Equal(data, out.Data) {
			return fmt.Errorf("%s %w (--slicing=off goes without slices; please report it, with the job's files, "+
				"which lld's --save-temps keeps)", t.first.Module(), errSlicesDiffer)
		}
	}
	return nil
}
