package reapi_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// Being queued takes as long as it takes; being executed doesn't.
func TestQueuedForLong(t *testing.T) {
	for name, edit := range map[string]edit{
		"than a call": func(o *reapi.Options) { o.Timeout = 4 * time.Second }, "than an execution with all that belongs to it": impatient,
	} {
		t.Run("longer "+name, func(t *testing.T) {
			t.Parallel()
			queuedForLong(t, edit)
		})
	}
}

// queuedForLong has a client's action be queued for longer than all that the
// client has a limit for.
func queuedForLong(t *testing.T, limits edit) {
	free := make(chan struct{})
	s := reapitest.StartT(t, reapitest.Options{Slots: 1, Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if job.Command.Arguments[1] == "slow" {
			<-free
		}
		return writes(1000)(ctx, job)
	}})
	first := make(chan error, 1)
	patient := dial(t, s)
	go func() {
		_, err := patient.Execute(within(t), newAction(t, "slow"))
		first <- err
	}()
	if err := waitExecutions(within(t), s, 1); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(free)
		if err := s.WaitCalls(within(t), "Execute", 2); err == nil {
			time.Sleep(longest(options(t, s, limits)) * 3 / 2)
		}
	}()
	execute(t, dial(t, s, limits), newAction(t, "queued"))
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// longest is the longest silence that ends one of a client's calls. What
// takes a minute isn't meant.
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

// An execution that doesn't end in its time is given up, and nothing else.
func TestStuckExecution(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{Slots: 10, Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if strings.HasPrefix(job.Command.Arguments[1], "stuck") {
			<-ctx.Done()
		}
		return writes(1000)(ctx, job)
	}})
	c := dial(t, s, impatient, func(o *reapi.Options) { o.Timeout *= 2 }) // which all else has to be answered in
	for _, err := range atOnce(5, func(i int) error {
		_, err := c.Execute(within(t), newAction(t, fmt.Sprint("stuck", i)))
		return err
	}) {
		if err == nil || !strings.Contains(err.Error(), "stuck") {
			t.Error(err)
		}
	}
	if c.Down() != nil {
		t.Errorf("down: %v", c.Down())
	}
	execute(t, c, newAction(t, "another"))
	if n := s.Calls("Execute"); n != 6 {
		t.Errorf("%d calls: some were made again", n)
	}
}
