package reapi_test

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// A stream that ends before the execution does is taken up again; the action
// is run once.
func TestStreamEndsEarly(t *testing.T) {
	for name, fault := range map[string]reapitest.Fault{
		"cut while queued": {CutAfter: 1, Code: codes.Unavailable}, "cut while executing": {CutAfter: 2, Code: codes.Internal},
		"ended while queued": {CutAfter: 1}, "ended while executing": {CutAfter: 2},
		"cut before a word": {CutAfter: -1, Code: codes.Unavailable}, "ended without a word": {CutAfter: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{})
			c := dial(t, s)
			fault.Method, fault.Times = "Execute", 1
			s.Inject(fault)
			execute(t, c, newAction(t, "m"))
			executes, waits := 1, 1
			if fault.CutAfter < 0 { // nobody knows its name
				executes, waits = 2, 0
			}
			if s.Calls("Execute") != executes || s.Calls("WaitExecution") != waits || len(s.Executions()) != 1 {
				t.Errorf("%d calls of Execute, %d of WaitExecution, %d runs", s.Calls("Execute"), s.Calls("WaitExecution"), len(s.Executions()))
			}
		})
	}
}

func TestConnectionsCut(t *testing.T) {
	started, finish := make(chan struct{}, 1), make(chan struct{})
	s := reapitest.StartT(t, reapitest.Options{Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		started <- struct{}{}
		<-finish
		return writes(1000)(ctx, job)
	}})
	c := dial(t, s, func(o *reapi.Options) { o.Retries = 20 }) // not each of its connections knows at once that it is cut
	go func() {
		<-started
		s.CutConnections()
		again, seen := context.WithCancel(t.Context())
		defer seen()
		for method, calls := range map[string]int{"WaitExecution": 1, "Execute": 2} { // which one depends on what was heard
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

// An execution that the service knows no more may have ended all the same.
func TestLostOperation(t *testing.T) {
	for name, code := range map[string]codes.Code{"forgotten": codes.NotFound, "WaitExecution unknown": codes.Unimplemented} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAction(t, "m")
			ended := make(chan struct{})
			var s *reapitest.Server
			s = reapitest.StartT(t, reapitest.Options{
				Execute: func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
					breakEntry(s, a.Digest, func(*reapitest.Server, *repb.ActionResult) {}) // a sound one
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
	s := reapitest.StartT(t, reapitest.Options{Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		if runs.Add(1) > 1 {
			return writes(1000)(ctx, job)
		}
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
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

// What the compiler says and how it ends comes as it is; a failure isn't
// looked up.
func TestCompilerFails(t *testing.T) {
	words := bytes.Repeat([]byte("error: no\n"), 30_000)
	s := reapitest.StartT(t, reapitest.Options{Execute: func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
		return &reapitest.Result{ExitCode: 1, Stdout: []byte("out"), Stderr: words, Message: "see http://log"}, nil
	}})
	c := dial(t, s)
	a := newAction(t, "m")
	r, err := c.Execute(within(t), a)
	if err != nil || r.ExitCode != 1 || string(r.Stdout) != "out" || !bytes.Equal(r.Stderr, words) || r.Message != "see http://log" {
		t.Fatalf("%.200v, %v", r, err)
	}
	if r, err := c.Lookup(within(t), a); r != nil || err != nil || len(s.Executions()) != 1 {
		t.Errorf("hit: %v, %v, %d runs", r != nil, err, len(s.Executions()))
	}
}

// Beside a bad status, exit code 0 means nothing; and it says whether another
// attempt may help.
func TestStatus(t *testing.T) {
	tests := []struct {
		code         codes.Code
		times, calls int // calls of Execute, at most
		fails        bool
	}{
		{code: codes.Unavailable, times: 1, calls: 2},
		{code: codes.ResourceExhausted, times: 2, calls: 3},
		{code: codes.Aborted, times: 1, calls: 2},
		{code: codes.Internal, times: 100, calls: 4, fails: true},
		{code: codes.InvalidArgument, times: 100, calls: 1, fails: true},
		{code: codes.PermissionDenied, times: 100, calls: 1, fails: true},
		{code: codes.DeadlineExceeded, times: 100, calls: 1, fails: true}, // the action had its time
		{code: codes.Canceled, times: 100, calls: 1, fails: true},         // by somebody who knows why
	}
	for _, test := range tests {
		t.Run(test.code.String(), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{})
			left := test.times
			s.OnExecuteResponse(func(r *repb.ExecuteResponse) {
				if left--; left >= 0 {
					r.Status, r.Message = &spb.Status{Code: int32(test.code), Message: "not so"}, "see http://log"
				}
			})
			c := dial(t, s, func(o *reapi.Options) { o.AcceptCached = false })
			r, err := c.Execute(within(t), newAction(t, "m"))
			if (err != nil) != test.fails || (r == nil) != test.fails || s.Calls("Execute") != test.calls {
				t.Fatalf("a result: %v, %d calls, %v", r != nil, s.Calls("Execute"), err)
			}
			for _, want := range []string{"not so", "see http://log", test.code.String(), at(s)} {
				if err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if c.Down() != nil {
				t.Errorf("down: %v", c.Down())
			}
		})
	}
}

// The service runs the action anew, as often as it is asked.
func TestCacheNotAccepted(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s, func(o *reapi.Options) { o.AcceptCached = false })
	a := newAction(t, "m")
	for range 2 {
		execute(t, c, a)
		if r, err := c.Lookup(within(t), a); r != nil || err != nil {
			t.Error("looked up all the same")
		}
	}
	if len(s.Executions()) != 2 || s.Calls("GetActionResult") != 0 {
		t.Errorf("%d runs, %d lookups", len(s.Executions()), s.Calls("GetActionResult"))
	}
}

// A worker that writes nothing, or nonsense, is asked once more, past the
// cache; then the result is the caller's matter.
func TestNonsenseResult(t *testing.T) {
	for name, data := range map[string][]byte{"nothing": nil, "empty": {}, "no object": []byte("this is no object file at all")} {
		for _, always := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", always"}[always], func(t *testing.T) {
				t.Parallel()
				var runs atomic.Int32
				s := reapitest.StartT(t, reapitest.Options{Execute: func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
					switch {
					case runs.Add(1) > 1 && !always:
						return writes(1000)(ctx, job)
					case data == nil:
						return &reapitest.Result{}, nil
					}
					return &reapitest.Result{Outputs: []reapitest.Output{{Path: "m.native.o", Data: data}}}, nil
				}})
				a := newAction(t, "m")
				r, err := dial(t, s).Execute(within(t), a)
				if err != nil || r.ExitCode != 0 || (a.Check(r) != nil) != always || runs.Load() != 2 {
					t.Errorf("%d runs, %v", runs.Load(), err)
				}
			})
		}
	}
}
