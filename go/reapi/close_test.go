package reapi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// crowd is how many actions are under way when a link is interrupted.
const crowd = 50

// hangs are the places where a link may be interrupted: the server doesn't answer
// there.
var hangs = map[string]reapitest.Fault{
	"capabilities":           {Method: "GetCapabilities", Hang: true},
	"query":                  {Method: "FindMissingBlobs", Hang: true},
	"batch":                  {Method: "BatchUpdateBlobs", Hang: true},
	"stream":                 {Method: "Write", Hang: true},
	"mid-stream":             {Method: "Write", Hang: true, CutAfter: 2},
	"execution":              {Method: "Execute", Hang: true},
	"mid-execution":          {Method: "Execute", Hang: true, CutAfter: 2},
	"download":               {Method: "Read", Hang: true},
	"mid-download":           {Method: "Read", Hang: true, CutAfter: 2},
	"batch download":         {Method: "BatchReadBlobs", Hang: true},
	"pause between attempts": {Method: "Execute", Code: codes.Unavailable, Times: crowd},
}

// interrupted starts many actions. It calls interrupt when one of them has come to
// the place where the server hangs, or all have come to the pause. Then all must
// return.
func interrupted(
	t *testing.T, fault reapitest.Fault, interrupt func(*reapi.Client, context.CancelFunc),
) (*reapi.Client, []error) {
	t.Helper()
	outputs := 100_000
	if fault.Method == "BatchReadBlobs" {
		outputs = 1000
	}
	s := reapitest.StartT(t, reapitest.Options{
		ReadChunk:    10_000,
		Execute:      writes(outputs),
		Capabilities: func(caps *repb.ServerCapabilities) { caps.CacheCapabilities.MaxBatchTotalSizeBytes = 64 << 10 },
	})
	s.Inject(fault)
	if fault.Times > 0 { // then the next attempt hangs, however late the interruption
		s.Inject(reapitest.Fault{Method: fault.Method, Hang: true})
	}
	c, err := reapi.Dial(t.Context(), options(t, s, func(o *reapi.Options) { o.Retries = 1_000_000 }))
	if err != nil {
		t.Fatal(err)
	}
	bound := within(t)
	ctx, cancel := context.WithCancel(bound)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.WaitCalls(ctx, fault.Method, max(1, fault.Times))
		interrupt(c, cancel)
	}()
	large := inputFile(t, "large", noise("large", 1<<20))
	errs := atOnce(crowd, func(i int) error {
		_, err := c.Execute(ctx, newAction(t, fmt.Sprint("m", i), large))
		return err
	})
	<-done
	if err := bound.Err(); err != nil {
		t.Fatal(err)
	}
	return c, errs
}

// Calls end with their context, wherever the service hangs.
func TestCancelEndsCalls(t *testing.T) {
	t.Parallel()
	for name, fault := range hangs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, errs := interrupted(t, fault, func(_ *reapi.Client, cancel context.CancelFunc) { cancel() })
			for _, err := range errs {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%v, want %v", err, context.Canceled)
				}
			}
			if err := c.Down(); err != nil {
				t.Errorf("down: %v", err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Close ends the calls that are under way, and those that begin later.
func TestCloseEndsCalls(t *testing.T) {
	t.Parallel()
	for name, fault := range hangs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			closed := make(chan error, 1)
			c, errs := interrupted(t, fault, func(c *reapi.Client, _ context.CancelFunc) { closed <- c.Close() })
			if err := <-closed; err != nil {
				t.Error(err)
			}
			for _, err := range errs {
				if err == nil {
					t.Error("executed all the same")
				}
			}
			if r, err := c.Execute(within(t), newAction(t, "later")); err == nil {
				t.Errorf("executed by a closed client: %v", r)
			}
		})
	}
}

// The end of Dial's context ends calls, too. Close then only waits.
func TestDialContextEndsCalls(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "Execute", Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	c, err := reapi.Dial(ctx, options(t, s))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.WaitCalls(t.Context(), "Execute", 1)
		cancel()
	}()
	if _, err := c.Execute(within(t), newAction(t, "m")); err == nil {
		t.Error("executed all the same")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// The error of a call that its context ended is the context's cause.
func TestErrorIsContextCause(t *testing.T) {
	reason := errors.New("the other side won")
	endless := func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s := reapitest.StartT(t, reapitest.Options{Execute: endless})
	c := dial(t, s)
	ctx, cancel := context.WithCancelCause(within(t))
	go func() {
		_ = s.WaitCalls(t.Context(), "Execute", 1)
		cancel(reason)
	}()
	if _, err := c.Execute(ctx, newAction(t, "m")); !errors.Is(err, reason) || c.Down() != nil {
		t.Errorf("%v, down: %v", err, c.Down())
	}
}

// Calls may begin while Close runs.
func TestCloseDuringCalls(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	for i := range 100 {
		c, err := reapi.Dial(t.Context(), options(t, s))
		if err != nil {
			t.Fatal(err)
		}
		closed := make(chan error, 1)
		atOnce(4, func(j int) error {
			if j == 0 {
				closed <- c.Close()
				return nil
			}
			_, err := c.Execute(within(t), newAction(t, fmt.Sprint("m", i, j)))
			return err
		})
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
}
