package executor

import (
	"context"
	"errors"
	"fmt"

	"thinrex/go/action"
	"thinrex/go/host"
)

// Fallback has a worker run an action, and this machine if the worker can't.
type Fallback struct {
	Remote, Here action.Executor
	Slot         *host.Lease // of this machine, which Here runs in
	Source       Source
	Trust        *Trust // the same for all actions of a link
	Reporter     Reporter
}

// A Source makes the action of one task again. When a service fails for all tasks
// of a large link, thousands of them wait for slots of this machine: their actions
// would fill the memory.
type Source interface {
	// Drop gives the action's memory back.
	Drop()
	// Action makes the action again, or returns action.ErrInputChanged.
	Action(context.Context) (*action.Action, error)
}

// Execute returns the worker's result, or this machine's.
func (f Fallback) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	r, err := f.Remote.Execute(ctx, a)
	switch {
	case err == nil && (r.Service == "" || r.ExitError() == nil):
		return r, nil
	case err == nil:
		return f.failedThere(ctx, a, r)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, action.ErrInputChanged) || errors.Is(err, ErrOtherFiles):
		return nil, err
	}
	return f.instead(ctx, a.Subject, err)
}

// failedThere decides what a compiler that failed on a worker means.
func (f Fallback) failedThere(ctx context.Context, a *action.Action, there *action.Result) (*action.Result, error) {
	switch f.Trust.ask(ctx) {
	case trusted:
		return there, nil
	case broken:
		there.Done()
		return f.instead(ctx, a.Subject, brokenWorker(a, there))
	}
	defer f.Trust.endCheck()
	defer there.Done()
	here, err := f.Here.Execute(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.Failure(here) == nil {
		f.Trust.set(broken)
		f.Reporter.FellBack(a.Subject, brokenWorker(a, there))
	} else {
		f.Trust.set(trusted)
		// The compiler may name itself in another way there (clang-22, not clang).
		f.Reporter.Confirmed(there, here)
	}
	return here, nil
}

// instead runs on this machine what the worker couldn't. The action isn't kept in
// memory until there is a slot.
func (f Fallback) instead(ctx context.Context, module string, why error) (*action.Result, error) {
	f.Source.Drop()
	if err := f.Slot.Take(ctx); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		f.Slot.Free()
		return nil, err
	}
	f.Reporter.FellBack(module, why)
	a, err := f.Source.Action(ctx)
	if err != nil {
		f.Slot.Free()
		return nil, err
	}
	return f.Here.Execute(ctx, a)
}

// brokenWorker says what is wrong with a worker on which a job fails that compiles
// here.
func brokenWorker(a *action.Action, there *action.Result) error {
	reason := "the worker is broken or has another compiler"
	if versions := OlderCompiler(there.Stderr); versions != "" {
		reason = versions
	}
	return fmt.Errorf("%s fails on a worker of %s (%w) and compiles here: %s; %s; it printed: %s", a.Subject,
		there.Service, there.ExitError(), reason, OtherWorkerCompiler, firstLine(a.OriginalNames(there.Stderr)))
}
