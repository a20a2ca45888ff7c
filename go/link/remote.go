package link

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"thinrex/go/action"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// executeThere has one task executed by the service, and falls back to this
// machine if that is wanted. It releases the slot as soon as the service is
// done.
func (c *conductor) executeThere(ctx context.Context, t *task, release func()) error {
	release = sync.OnceFunc(release)
	defer release()
	err := c.Remote.Down()
	if err == nil {
		var a *action.Action
		var r *action.Result
		c.work <- struct{}{} // executions end many at a time; those that are next must not wait for all of these
		a, err = c.actionOf(t)
		<-c.work
		if err == nil {
			r, err = c.executeRemotely(ctx, a)
		}
		if err == nil {
			c.work <- struct{}{}
			defer func() { <-c.work }()
			return c.finish(ctx, t, a, r, onAWorker)
		}
	}
	release()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.Strategy == Remote && !errors.Is(err, reapi.ErrInputChanged) {
		return &EnvironmentError{fmt.Errorf("execute %s remotely: %w", t.module(), err)}
	}
	return c.executeInstead(ctx, t, err)
}

// executeInstead runs here what the service couldn't, when there is a slot.
func (c *conductor) executeInstead(ctx context.Context, t *task, why error) error {
	free, err := c.Slots.Acquire(ctx)
	if err != nil {
		return nil // the group knows why
	}
	defer free()
	if c.stopped() {
		c.skip(t)
		return nil
	}
	if errors.Is(why, reapi.ErrInputChanged) {
		return c.makeDo(ctx, c.tasks.settle(t), why)
	}
	c.fellBack(t, why)
	return c.executeHere(ctx, t)
}

// fellBack says once why the service isn't used, and counts.
func (c *conductor) fellBack(t *task, err error) {
	c.Terminal.WarnOnce("remote", "executed here what the remote service can't: %v", err)
	c.Terminal.Verbose("%s is compiled here: %v", t.module(), err)
	c.count(func(s *report.Summary) { s.Fallbacks++ })
}

// executeRemotely returns what the compiler gave on a worker. What says
// nothing of the compilation itself is an error.
func (c *conductor) executeRemotely(ctx context.Context, a *action.Action) (*action.Result, error) {
	r, err := c.Remote.Execute(ctx, a)
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
		return fmt.Errorf("the worker has no such compiler (exit status %d): %.300s; see --remote_compiler and --toolchain=upload", code, r.Stderr)
	case code > 128 && code < 160 || code < 0: // 128 + the signal's number, or minus it
		return fmt.Errorf("a signal ended the compiler on the worker (exit status %d)", code)
	case code == 0 && a.Check(r) != nil:
		return fmt.Errorf("on the worker, %w", a.Check(r))
	}
	return nil
}
