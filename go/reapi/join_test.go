package reapi_test

import (
	"context"
	"sync/atomic"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// If a stream ends before the execution does, the execution is joined again. The
// action is run once.
func TestStreamEndsEarly(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]reapitest.Fault{
		"cut while queued":          {CutAfter: 1, Code: codes.Unavailable},
		"cut while executing":       {CutAfter: 2, Code: codes.Internal},
		"ended while queued":        {CutAfter: 1},
		"ended while executing":     {CutAfter: 2},
		"cut before any message":    {CutAfter: -1, Code: codes.Unavailable},
		"ended without any message": {CutAfter: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{})
			c := dial(t, s)
			fault.Method, fault.Times = "Execute", 1
			s.Inject(fault)
			execute(t, c, newAction(t, "m"))
			wantExecutes, wantWaits := 1, 1
			if fault.CutAfter < 0 { // the client hasn't learned the operation's name
				wantExecutes, wantWaits = 2, 0
			}
			executes, waits, runs := s.Calls("Execute"), s.Calls("WaitExecution"), len(s.Executions())
			if executes != wantExecutes || waits != wantWaits || runs != 1 {
				t.Errorf("%d calls of Execute, %d of WaitExecution, %d runs", executes, waits, runs)
			}
		})
	}
}

// An execution is joined again after its connection was cut.
func TestConnectionsCut(t *testing.T) {
	started, finish := make(chan struct{}, 1), make(chan struct{})
	gated := func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		started <- struct{}{}
		<-finish
		return writes(1000)(ctx, job)
	}
	s := reapitest.StartT(t, reapitest.Options{Execute: gated})
	c := dial(t, s, func(o *reapi.Options) { o.Retries = 20 }) // some connections notice late that they are cut
	go func() {
		<-started
		s.CutConnections()
		again, seen := context.WithCancel(t.Context())
		defer seen()
		// Which call is made depends on whether the client had heard of the execution.
		for method, calls := range map[string]int{"WaitExecution": 1, "Execute": 2} {
			go func() {
				_ = s.WaitCalls(again, method, calls)
				seen()
			}()
		}
		<-again.Done()
		close(finish)
	}()
	execute(t, c, newAction(t, "m"))
	if len(s.Executions()) != 1 {
		t.Errorf("run %d times", len(s.Executions()))
	}
}

// An execution that the service doesn't know any more may have ended all the same:
// its result is looked up.
func TestLostOperation(t *testing.T) {
	t.Parallel()
	answers := map[string]codes.Code{"forgotten": codes.NotFound, "WaitExecution unknown": codes.Unimplemented}
	for name, code := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAction(t, "m")
			ended := make(chan struct{})
			var s *reapitest.Server
			s = reapitest.StartT(t, reapitest.Options{
				Execute: func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
					putEntry(s, a.Digest, func(*reapitest.Server, *repb.ActionResult) {}) // a sound one
					close(ended)
					<-ctx.Done()
					return nil, ctx.Err()
				},
				Authorize: func(method string, _ metadata.MD) error {
					if method == "GetActionResult" {
						<-ended
					}
					return nil
				}})
			s.Inject(reapitest.Fault{Method: "Execute", CutAfter: 1, Code: codes.Unavailable})
			s.Inject(reapitest.Fault{Method: "WaitExecution", Code: code})
			execute(t, dial(t, s), a)
			if s.Calls("Execute") != 1 || s.Calls("GetActionResult") != 1 {
				t.Errorf("%d executions, %d lookups", s.Calls("Execute"), s.Calls("GetActionResult"))
			}
		})
	}
}

// A service that restarts has forgotten the execution, and its blobs, too.
func TestRestart(t *testing.T) {
	var runs atomic.Int32
	started := make(chan struct{})
	hangsFirst := func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if runs.Add(1) > 1 {
			return writes(1000)(ctx, job)
		}
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s := reapitest.StartT(t, reapitest.Options{Execute: hangsFirst})
	c := dial(t, s, func(o *reapi.Options) { o.Retries = 20 })
	restarted := make(chan error, 1)
	go func() {
		<-started
		s.Stop()
		s.Wipe(true)
		restarted <- s.Restart()
	}()
	execute(t, c, newAction(t, "m", input("m.o", noise("m", 1000))))
	if err := <-restarted; err != nil || runs.Load() != 2 {
		t.Errorf("%d runs, %v", runs.Load(), err)
	}
}
