package reapi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// executesSlowly is an execution that takes some time, so that a queue fills.
func executesSlowly(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
	select {
	case <-time.After(5 * time.Millisecond):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return writes(1000)(ctx, job)
}

// Many links share a service that takes few executions, or few calls, at once. All
// actions are executed, whichever way the service refuses those that are too many.
func TestBusyExecutor(t *testing.T) {
	quick.Skip(t, "waits for a busy service")
	t.Parallel()
	const links, jobs = 10, 40
	for name, o := range map[string]reapitest.Options{
		"a short queue": {MaxExecutions: 8},
		"RetryInfo":     {MaxExecutions: 8, RetryAfter: 20 * time.Millisecond},
		"UNAVAILABLE with RetryInfo": {
			MaxExecutions: 8,
			RetryAfter:    20 * time.Millisecond,
			BusyCode:      codes.Unavailable,
		},
		"one at a time":            {MaxExecutions: 1},
		"few calls":                {MaxCalls: 20},
		"few calls and executions": {MaxCalls: 60, MaxExecutions: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Slots, o.Execute = 8, executesSlowly
			s := reapitest.StartT(t, o)
			clients := make([]*reapi.Client, links)
			for i := range clients {
				clients[i] = dial(t, s, byDefault)
			}
			for _, err := range atOnce(links*jobs, func(i int) error {
				return executed(within(t), clients[i%links], newAction(t, fmt.Sprint("m", i)))
			}) {
				if err != nil {
					t.Error(err)
				}
			}
			for _, c := range clients {
				if c.Down() != nil {
					t.Error(c.Down())
				}
			}
			if n := len(s.Executions()); n != links*jobs {
				t.Errorf("%d executions", n)
			}
		})
	}
}

// A service without a queue is unavailable while all its workers are busy, here for
// longer than an outage may last. It isn't given up as long as it tells us about
// some of the executions.
func TestServiceWithoutQueue(t *testing.T) {
	quick.Skip(t, "waits for a busy service")
	t.Parallel()
	var s *reapitest.Server
	s = reapitest.StartT(t, reapitest.Options{
		Slots:         4,
		MaxExecutions: 4,
		BusyCode:      codes.Unavailable,
		Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
			if err := s.WaitCalls(ctx, "Execute", 4+4*7); err != nil { // each of the others is refused seven times
				return nil, err
			}
			return writes(1000)(ctx, job)
		},
	})
	c := dial(t, s, byDefault)
	wantAll(t, s, c, atOnce(8, executeNumbered(t, c)), 8)
}

// A busy service gets fewer executions at once, and more again as it does its work.
func TestFewerExecutionsForBusyService(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{Slots: 4, MaxExecutions: 4, Execute: executesSlowly})
	c := dial(t, s, byDefault)
	for _, err := range atOnce(200, executeNumbered(t, c)) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := s.Calls("Execute"); n > 650 {
		t.Errorf("%d calls for 200 executions", n)
	}
}

// A service that takes no execution at all is given up after the time that an
// execution may take. Its cache is still used.
func TestAlwaysBusy(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "Execute", Code: codes.ResourceExhausted, Message: "no quota"})
	c := dial(t, s, storing, func(o *reapi.Options) { o.ExecutionTimeout = 300 * time.Millisecond })
	var last error
	for _, last = range atOnce(20, executeNumbered(t, c)) {
		if status.Code(last) != codes.ResourceExhausted {
			t.Error(last)
		}
	}
	wantNoExecution(t, s, c, last, "ResourceExhausted", "no quota")
}

// An execution that waits for a busy service ends with its context.
func TestCancelWhileBusy(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "Execute", Code: codes.ResourceExhausted})
	c := dial(t, s, byDefault)
	elsewhere := errors.New("done elsewhere")
	ctx, cancel := context.WithCancelCause(within(t))
	cancelled := make(chan error, 1)
	go func() {
		_, err := c.Execute(ctx, newAction(t, "m"))
		cancelled <- err
	}()
	if err := s.WaitCalls(ctx, "Execute", 3); err != nil {
		t.Error(err)
	}
	cancel(elsewhere)
	if err := <-cancelled; !errors.Is(err, elsewhere) || c.Down() != nil {
		t.Errorf("%v, down: %v", err, c.Down())
	}
}

// Actions that were queued, and then refused because the queue is full, are sent
// again.
func TestRefusedInQueue(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{Slots: 1, MaxQueueTime: 20 * time.Millisecond, Execute: executesSlowly})
	c := dial(t, s, byDefault)
	wantAll(t, s, c, atOnce(60, executeNumbered(t, c)), 60)
}

// An action for which a worker has too little memory isn't sent for ever.
func TestTooLargeForWorker(t *testing.T) {
	t.Parallel()
	outOfMemory := func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
		return nil, status.Error(codes.ResourceExhausted, "out of memory")
	}
	s := reapitest.StartT(t, reapitest.Options{Execute: outOfMemory})
	c := dial(t, s, byDefault)
	_, err := c.Execute(within(t), newAction(t, "m"))
	if status.Code(err) != codes.ResourceExhausted || len(s.Executions()) != 4 || c.Down() != nil {
		t.Errorf("%v, %d executions, down: %v", err, len(s.Executions()), c.Down())
	}
}
