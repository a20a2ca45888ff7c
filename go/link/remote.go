package link

import (
	"context"
	"errors"
	"fmt"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/report"
)

// executeThere has one task executed by the service, and falls back to this
// machine if that is wanted.
func (c *conductor) executeThere(ctx context.Context, t *task, lease *host.Lease) error {
	defer lease.Free()
	a, o := c.resultFromThere(ctx, t)
	if o.where == onThisMachine {
		lease.Free()
		c.count(func(s *report.Summary) { s.Fallbacks++ })
		return c.finishHelped(ctx, t, a, o)
	}
	r, err := o.result, o.err
	if err == nil && c.Strategy == Fallback && exitFailure(r) != nil {
		lease.Free()
		return c.finishFailed(ctx, t, a, r)
	}
	if err == nil {
		c.work <- struct{}{} // executions end many at a time; those that are next must not wait for all of these
		changed, err := c.finish(ctx, t, a, r, onAWorker)
		<-c.work
		lease.Free()
		if err != nil {
			return err
		}
		return c.executeChanged(ctx, changed)
	}
	lease.Free()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.Strategy == Remote && !errors.Is(err, action.ErrInputChanged) {
		return &host.EnvironmentError{Err: fmt.Errorf("execute %s remotely: %w", t.first.Module(), err)}
	}
	return c.executeInstead(ctx, t, err)
}

// resultFromThere returns what the service made of a task, or this machine if
// it has helped.
func (c *conductor) resultFromThere(ctx context.Context, t *task) (*action.Action, outcome) {
	if err := c.Remote.Down(); err != nil {
		return nil, outcome{onAWorker, nil, err}
	}
	a, err := c.actionInTurn(t)
	if err != nil {
		return nil, outcome{onAWorker, nil, err}
	}
	return a, c.elsewhere(ctx, t, a, func(ctx context.Context) (*action.Result, error) {
		return c.executeRemotely(ctx, a)
	})
}

// actionInTurn returns the action of a task; if it must be made again, not
// for many tasks at once.
func (c *conductor) actionInTurn(t *task) (*action.Action, error) {
	if t.action == nil {
		c.work <- struct{}{}
		defer func() { <-c.work }()
	}
	return c.actionOf(t)
}

// executeInstead runs here what the service couldn't.
func (c *conductor) executeInstead(ctx context.Context, t *task, why error) error {
	return c.inSlot(ctx, func() error {
		if errors.Is(why, action.ErrInputChanged) {
			return c.makeDo(ctx, t, why)
		}
		c.fellBack(t, why)
		return c.executeHere(ctx, t)
	})
}

// inSlot runs a task when this machine has a slot, unless the link has ended
// by then.
func (c *conductor) inSlot(ctx context.Context, run func() error) error {
	lease, err := c.Slots.Acquire(ctx)
	if err != nil {
		return err
	}
	defer lease.Free()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return run()
}

// fellBack says once why the service isn't used, and counts.
func (c *conductor) fellBack(t *task, err error) {
	c.Terminal.WarnOnce("remote", "executed here what the remote service can't: %v", err)
	c.Terminal.Verbose("%s is compiled here: %v", t.first.Module(), err)
	c.count(func(s *report.Summary) { s.Fallbacks++ })
}

// executeRemotely returns what the compiler gave on a worker. What says
// nothing of the compilation itself is an error.
func (c *conductor) executeRemotely(ctx context.Context, a *action.Action) (*action.Result, error) {
	begun, end := c.awaited.job()
	r, err := c.Remote.Execute(action.WithProgress(ctx, begun), a)
	end(err == nil)
	if refusal, ok := c.Remote.Refusal(err); ok && !c.Portable && lacksCompiler(refusal, c.launch) {
		err = fmt.Errorf("%w; the worker seems to have no %s: %s", err, c.launch, otherWorkerCompiler)
	}
	if err != nil {
		return nil, err
	}
	if why := workerFailure(a, r); why != nil {
		r.Done()
		if r.Message != "" {
			why = fmt.Errorf("%w (%s)", why, r.Message)
		}
		return nil, why
	}
	return r, nil
}

// workerFailure tells what the worker did from what the compiler did.
func workerFailure(a *action.Action, r *action.Result) error {
	switch code := r.ExitCode; {
	case code == 126 || code == 127:
		return fmt.Errorf("the worker has no such compiler (exit status %d): %s; %s",
			code, firstLine(a.OriginalNames(r.Stderr)), otherWorkerCompiler)
	case code > 128 && code < 160 || code < 0: // 128 + the signal's number, or minus it
		return fmt.Errorf("a signal ended the compiler on the worker (exit status %d)", code)
	case code == 0 && a.Check(r) != nil:
		err := fmt.Errorf("on the worker, %w", a.Check(r))
		if versions := olderCompiler(r.Stderr); versions != "" {
			err = fmt.Errorf("%w: %s; %s", err, versions, otherWorkerCompiler)
		}
		return err
	}
	return nil
}
