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

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// The compiler's messages and exit code come unchanged. Lookup never returns a
// failure.
func TestCompilerFails(t *testing.T) {
	messages := bytes.Repeat([]byte("error: no\n"), 30_000)
	failing := func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
		return &reapitest.Result{ExitCode: 1, Stdout: []byte("out"), Stderr: messages, Message: "see http://log"}, nil
	}
	s := reapitest.StartT(t, reapitest.Options{Execute: failing})
	c := dial(t, s)
	a := newAction(t, "m")
	r, err := c.Execute(within(t), a)
	if err != nil || r.ExitCode != 1 || string(r.Stdout) != "out" || !bytes.Equal(r.Stderr, messages) ||
		r.Message != "see http://log" {
		t.Fatalf("%.200v, %v", r, err)
	}
	if r, err := c.Lookup(within(t), a); r != nil || err != nil || len(s.Executions()) != 1 {
		t.Errorf("hit: %v, %v, %d runs", r != nil, err, len(s.Executions()))
	}
}

// Beside a bad status, exit code 0 means nothing. The status says whether another
// attempt may help.
func TestStatusOfExecution(t *testing.T) {
	t.Parallel()
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
		{code: codes.DeadlineExceeded, times: 100, calls: 1, fails: true}, // the action has used up its time
		{code: codes.Canceled, times: 100, calls: 1, fails: true},         // on the service
	}
	for _, test := range tests {
		t.Run(test.code.String(), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{})
			left := test.times
			s.OnExecuteResponse(func(r *repb.ExecuteResponse) {
				if left--; left >= 0 {
					r.Status, r.Message = &spb.Status{Code: int32(test.code), Message: "no luck"}, "see http://log"
				}
			})
			c := dial(t, s, func(o *reapi.Options) { o.AcceptCached = false })
			r, err := c.Execute(within(t), newAction(t, "m"))
			if (err != nil) != test.fails || (r == nil) != test.fails || s.Calls("Execute") != test.calls {
				t.Fatalf("a result: %v, %d calls, %v", r != nil, s.Calls("Execute"), err)
			}
			for _, want := range []string{"no luck", "see http://log", test.code.String(), at(s)} {
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

// With --remote_accept_cached=false the service runs an action each time.
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

// An action whose worker writes nothing, or garbage, is sent once more without the
// Action Cache. Then the caller gets the result as it is.
func TestGarbageResult(t *testing.T) {
	t.Parallel()
	outputs := map[string][]byte{"nothing": nil, "empty": {}, "not an object": []byte("this isn't an object file")}
	for name, data := range outputs {
		t.Run(name+", once", func(t *testing.T) {
			t.Parallel()
			garbageResult(t, data, false)
		})
		t.Run(name+", always", func(t *testing.T) {
			t.Parallel()
			garbageResult(t, data, true)
		})
	}
}

func garbageResult(t *testing.T, data []byte, always bool) {
	var runs atomic.Int32
	garbage := func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		switch {
		case runs.Add(1) > 1 && !always:
			return writes(1000)(ctx, job)
		case data == nil:
			return &reapitest.Result{}, nil
		}
		return &reapitest.Result{Outputs: []reapitest.Output{{Path: "m.native.o", Data: data}}}, nil
	}
	s := reapitest.StartT(t, reapitest.Options{Execute: garbage})
	a := newAction(t, "m")
	r, err := dial(t, s).Execute(within(t), a)
	if err != nil || r.ExitCode != 0 || (a.Check(r) != nil) != always || runs.Load() != 2 {
		t.Errorf("%d runs, %v", runs.Load(), err)
	}
}
