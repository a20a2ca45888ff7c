package reapi_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// transientCodes are the statuses of failures that may pass.
var transientCodes = []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Canceled}

// A failure that passes has no effect. After one that stays, the service is given
// up, and isn't called any more.
func TestTransientFailures(t *testing.T) {
	t.Parallel()
	for _, method := range methods {
		for _, code := range transientCodes {
			t.Run(fmt.Sprintf("%s, %v", method, code), func(t *testing.T) {
				t.Parallel()
				s := journeyed(t, 0)
				s.Inject(reapitest.Fault{Method: method, Times: 1, Code: code})
				c := dial(t, s, storing)
				if err := journey(within(t), t, c, "once"); err != nil || c.Down() != nil {
					t.Fatalf("once: %v, down: %v", err, c.Down())
				}
				if n := s.Calls(method); n < 2 {
					t.Errorf("%d calls", n)
				}

				// An upload may fail while other calls are answered. A busy service isn't given up.
				if method == "Write" || method == "BatchUpdateBlobs" || code == codes.ResourceExhausted {
					return
				}
				s.Inject(reapitest.Fault{Method: method, Code: code, Message: "out of order"})
				c = dial(t, s, storing)
				want := wantDown
				if method == "Execute" {
					want = wantNoExecution
				}
				want(t, s, c, journey(within(t), t, c, "always"), code.String(), "out of order")
			})
		}
	}
}

// A service isn't given up if one method always fails, and other calls are answered
// meanwhile.
func TestOtherCallsAnswered(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Write", "BatchUpdateBlobs"} {
		for _, code := range transientCodes {
			t.Run(fmt.Sprintf("%s, %v", method, code), func(t *testing.T) {
				t.Parallel()
				otherCallsAnswered(t, method, code)
			})
		}
	}
}

func otherCallsAnswered(t *testing.T, method string, code codes.Code) {
	var s *reapitest.Server
	s = reapitest.StartT(t, reapitest.Options{
		Capabilities: smallBatches,
		Authorize: func(called string, _ metadata.MD) error {
			if called != method {
				return nil
			}
			// Wait for two lookups: the first is made after this call and has its answer
			// when the second is made.
			const lookup = "GetActionResult"
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if code == codes.ResourceExhausted { // this call may hold the one lane that a busy service has left
				ctx, cancel = context.WithTimeout(ctx, 5*time.Second)
				defer cancel()
			}
			err := s.WaitCalls(ctx, lookup, s.Calls(lookup)+2)
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return status.Error(code, "out of order")
		},
	})
	c := dial(t, s, storing)
	stop := keepLooking(t, c)
	defer stop()
	err := journey(within(t), t, c, "m")
	if err == nil || !strings.Contains(err.Error(), "out of order") || c.Down() != nil {
		t.Errorf("%v, down: %v", err, c.Down())
	}
}

// keepLooking makes lookups one after the other until it is stopped, as other jobs
// would.
func keepLooking(t *testing.T, c *reapi.Client) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(within(t))
	var looking sync.WaitGroup
	looking.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if _, err := c.Lookup(ctx, newAction(t, fmt.Sprint("other", i))); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	return func() { cancel(); looking.Wait() }
}

// An answer to an earlier call doesn't keep a service from being given up. Here the
// answer about many blobs takes some time to be read, and the blobs for which one
// action waits come first in it.
func TestEarlierAnswerDoesNotCount(t *testing.T) {
	joined := make(chan struct{})
	s := reapitest.StartT(t, reapitest.Options{Authorize: func(method string, _ metadata.MD) error {
		if method == "BatchUpdateBlobs" {
			select {
			case <-joined:
			case <-t.Context().Done():
			}
		}
		return nil
	}})
	s.Inject(reapitest.Fault{Method: "Execute", Times: 1, Code: codes.Unavailable})
	s.Inject(reapitest.Fault{Method: "Execute", Hang: true})
	c := dial(t, s, func(o *reapi.Options) { o.Retries = 0 })
	one := newAction(t, "one")
	inputs := []action.Input{input("action", one.Action), input("command", one.Command)}
	for i := range 9000 {
		inputs = append(inputs, input(fmt.Sprintf("m%04d", i), fmt.Append(nil, i)))
	}
	actions := []*action.Action{newAction(t, "many", inputs...), one}
	ctx, cancel := context.WithCancel(within(t))
	errs := atOnce(len(actions), func(i int) error {
		defer cancel() // when one action has failed, the test is over
		if i == 1 {
			if err := s.WaitCalls(ctx, "BatchUpdateBlobs", 1); err != nil {
				return err
			}
			close(joined) // the answer is still on its way
		}
		_, err := c.Execute(ctx, actions[i])
		if c.Down() == nil {
			t.Errorf("action %d: %v, and the service isn't given up", i, err)
		}
		return err
	})
	for _, err := range errs {
		if err == nil {
			t.Error("no error")
		}
	}
}

// All calls that fail in one outage share the outage's few tries.
func TestCallsShareOutageTries(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s, func(o *reapi.Options) { o.Retries = 5 })
	s.Inject(reapitest.Fault{Method: "GetActionResult", Code: codes.Unavailable})
	a := newAction(t, "m")
	for _, err := range atOnce(100, func(int) error {
		_, err := c.Lookup(within(t), a)
		return err
	}) {
		if err == nil {
			t.Error("no error")
		}
	}
	// 100 and 5, if no try takes longer than the pause after it.
	if n := s.Calls("GetActionResult"); n > 120 || c.Down() == nil {
		t.Errorf("%d calls, down: %v", n, c.Down())
	}
}

// A service that fails now and then is never given up.
func TestFlakyService(t *testing.T) {
	s := journeyed(t, 0)
	c := dial(t, s, storing, func(o *reapi.Options) { o.Retries = 5 })
	for i := range 40 {
		s.Inject(reapitest.Fault{Method: methods[1+i%8], Skip: i, Times: 1, Code: codes.Unavailable})
	}
	for _, err := range atOnce(50, func(i int) error { return journey(within(t), t, c, fmt.Sprint("m", i)) }) {
		if err != nil {
			t.Error(err)
		}
	}
}
