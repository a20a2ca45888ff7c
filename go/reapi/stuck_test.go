package reapi_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"thinrex/go/action"
	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// unhurried expects that a test passes with one of several timeouts. A slow machine
// may exceed the short ones. A real failure shows with the longest, too.
func unhurried(t *testing.T, test func(ctx context.Context, timeout time.Duration) error) {
	t.Helper()
	var err error
	for _, timeout := range []time.Duration{2 * time.Second, 8 * time.Second, 32 * time.Second} {
		ctx, cancel := context.WithCancel(t.Context())
		err = test(ctx, timeout)
		cancel()
		if err == nil {
			return
		}
		t.Logf("with a timeout of %v: %v", timeout, err)
	}
	t.Error(err)
}

// executed executes an action, and returns an error unless the result is sound.
func executed(ctx context.Context, c *reapi.Client, a *action.Action) error {
	r, err := c.Execute(ctx, a)
	if err != nil {
		return err
	}
	defer r.Done()
	return a.Check(r)
}

// An action may be queued for any time, also if executions have a limit.
func TestQueuedForLong(t *testing.T) {
	quick.Skip(t, "waits for a busy service")
	t.Parallel()
	for name, execution := range map[string]func(timeout time.Duration) time.Duration{
		"than a call":                       func(time.Duration) time.Duration { return time.Minute },
		"than an execution and its timeout": func(timeout time.Duration) time.Duration { return timeout / 8 },
	} {
		t.Run("longer "+name, func(t *testing.T) {
			t.Parallel()
			unhurried(t, func(ctx context.Context, timeout time.Duration) error {
				return queuedForLong(ctx, t, func(o *reapi.Options) {
					o.Timeout, o.ExecutionTimeout = timeout, execution(timeout)
					o.Retries = 0 // a call that ends early isn't repeated
				})
			})
		})
	}
}

// queuedForLong makes an action be queued for longer than all limits of a client.
func queuedForLong(ctx context.Context, t *testing.T, limits edit) error {
	free := make(chan struct{})
	slow := func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if job.Command.Arguments[1] == "slow" {
			select {
			case <-free:
			case <-ctx.Done():
			}
		}
		return writes(1000)(ctx, job)
	}
	s := reapitest.StartT(t, reapitest.Options{Slots: 1, Execute: slow})
	first := make(chan error, 1)
	patient := dial(t, s)
	go func() { first <- executed(ctx, patient, newAction(t, "slow")) }()
	if err := waitExecutions(ctx, s, 1); err != nil {
		t.Fatal(err)
	}
	queued, over := context.WithCancel(ctx)
	go func() {
		defer close(free)
		if s.WaitCalls(queued, "Execute", 2) != nil {
			return
		}
		select {
		case <-time.After(longest(options(t, s, limits)) * 3 / 2):
		case <-queued.Done():
		}
	}()
	err := executed(queued, dial(t, s, limits), newAction(t, "queued"))
	over()
	return errors.Join(err, <-first)
}

// longest is the longest silence that ends one of a client's calls. Limits of a
// minute don't count.
func longest(o reapi.Options) (sum time.Duration) {
	for _, d := range []time.Duration{o.Timeout, o.ExecutionTimeout} {
		if d < time.Minute {
			sum += d
		}
	}
	return sum
}

// waitExecutions waits until n actions have begun to be run.
func waitExecutions(ctx context.Context, s *reapitest.Server, n int) error {
	for len(s.Executions()) < n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// An execution that doesn't end in time fails. The service is still used.
func TestStuckExecution(t *testing.T) {
	t.Parallel()
	unhurried(t, func(ctx context.Context, timeout time.Duration) error { return stuckExecution(ctx, t, timeout) })
}

func stuckExecution(ctx context.Context, t *testing.T, timeout time.Duration) error {
	stuck := func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if strings.HasPrefix(job.Command.Arguments[1], "stuck") {
			<-ctx.Done()
		}
		return writes(1000)(ctx, job)
	}
	s := reapitest.StartT(t, reapitest.Options{Slots: 10, Execute: stuck})
	c := dial(t, s, func(o *reapi.Options) { o.Timeout, o.ExecutionTimeout = timeout, timeout/8 })
	for _, err := range atOnce(5, func(i int) error {
		return executed(ctx, c, newAction(t, fmt.Sprint("stuck", i)))
	}) {
		if err == nil || !strings.Contains(err.Error(), "the execution is stuck") {
			return fmt.Errorf("%v, want it to be stuck", err)
		}
	}
	if c.Down() != nil {
		return fmt.Errorf("down: %w", c.Down())
	}
	if err := executed(ctx, c, newAction(t, "another")); err != nil {
		return err
	}
	if n := s.Calls("Execute"); n != 6 {
		return fmt.Errorf("%d calls: some were made again", n)
	}
	return nil
}
