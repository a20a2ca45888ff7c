package reapi_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// inFlight is how many executions a link has at once in these tests. For 201 a link
// needs several connections.
const inFlight = 201

// byDefault sets the defaults of docs/remote.md.
func byDefault(o *reapi.Options) { o.Retries, o.Executions = 5, 200 }

// disturbed executes many actions at once. It calls happen when all executions are
// under way that the client makes at once. None ends before.
func disturbed(
	t *testing.T, n int, o reapitest.Options, happen func(*reapitest.Server) error,
) (*reapitest.Server, *reapi.Client, []error) {
	t.Helper()
	over := make(chan struct{})
	o.Slots = n
	o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		select {
		case <-over:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return writes(1000)(ctx, job)
	}
	s := reapitest.StartT(t, o)
	c := dial(t, s, byDefault)
	var happening sync.WaitGroup
	happening.Go(func() {
		defer close(over)
		if err := waitExecutions(t.Context(), s, min(n, 200)); err != nil {
			t.Error(err)
		}
		if err := happen(s); err != nil {
			t.Error(err)
		}
	})
	errs := atOnce(n, executeNumbered(t, c))
	happening.Wait()
	return s, c, errs
}

// wantAll expects no errors, and n executions.
func wantAll(t *testing.T, s *reapitest.Server, c *reapi.Client, errs []error, n int) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if c.Down() != nil || len(s.Executions()) != n {
		t.Errorf("%d executions, want %d, down: %v", len(s.Executions()), n, c.Down())
	}
}

// A lost connection costs no execution, however many there were on it.
func TestResetWithMany(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string]func(*reapitest.Server){
		"reset": (*reapitest.Server).ResetConnections,
		"cut":   (*reapitest.Server).CutConnections,
		"twice": func(s *reapitest.Server) {
			before := s.Calls("WaitExecution")
			s.ResetConnections()
			_ = s.WaitCalls(t.Context(), "WaitExecution", before+1)
			s.ResetConnections()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c, errs := disturbed(t, inFlight, reapitest.Options{}, func(s *reapitest.Server) error {
				happen(s)
				return nil
			})
			wantAll(t, s, c, errs, inFlight)
		})
	}
}

// A service that is away for a second is still used when it is back.
func TestServiceAwayForASecond(t *testing.T) {
	t.Parallel()
	for range 5 {
		var away time.Duration
		s, c, errs := disturbed(t, 41, reapitest.Options{}, func(s *reapitest.Server) (err error) {
			away, err = s.Away(time.Second)
			return err
		})
		if away < 1500*time.Millisecond { // otherwise the machine was too slow for the promise of docs/remote.md
			wantAll(t, s, c, errs, 41)
			return
		}
	}
	t.Error("a second takes longer than 1.5 s on this machine, each time")
}

// A service that restarts has forgotten its executions. They are executed again,
// once.
func TestRestartWithMany(t *testing.T) {
	t.Parallel()
	s, c, errs := disturbed(t, 100, reapitest.Options{}, (*reapitest.Server).Restart)
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if n := len(s.Executions()); c.Down() != nil || n > 200 {
		t.Errorf("%d executions, down: %v", n, c.Down())
	}
}

// A proxy makes its clients open new connections now and then.
func TestConnectionAge(t *testing.T) {
	t.Parallel()
	aging := reapitest.Options{ConnectionAge: 200 * time.Millisecond, ConnectionGrace: time.Second}
	s, c, errs := disturbed(t, 50, aging, func(s *reapitest.Server) error {
		return s.WaitCalls(t.Context(), "WaitExecution", 25)
	})
	wantAll(t, s, c, errs, 50)
}

// Connections are reset during uploads, downloads and lookups.
func TestResetTransfers(t *testing.T) {
	t.Parallel()
	for _, method := range []string{
		"FindMissingBlobs", "BatchUpdateBlobs", "Write", "Read", "BatchReadBlobs", "GetActionResult",
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			var resetting sync.WaitGroup
			t.Cleanup(resetting.Wait)
			s := journeyed(t, 0)
			c := dial(t, s, storing, byDefault)
			var some atomic.Int32
			after, calls := 0, 3
			switch method {
			case "Write", "Read":
				after = 1
			case "FindMissingBlobs", "BatchUpdateBlobs", "BatchReadBlobs":
				calls = 1 // one call may serve all actions
			}
			s.Inject(reapitest.Fault{Method: method, Hang: true, CutAfter: after, Times: calls})
			resetting.Go(func() {
				if err := s.WaitCalls(within(t), method, calls); err != nil {
					t.Error(err)
				}
				s.ResetConnections()
			})
			for _, err := range atOnce(30, func(i int) error {
				return journey(within(t), t, c, fmt.Sprint("m", some.Add(1), i))
			}) {
				if err != nil {
					t.Error(err)
				}
			}
			if c.Down() != nil {
				t.Error(c.Down())
			}
		})
	}
}
