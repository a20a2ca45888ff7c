package reapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

func journey(ctx context.Context, t *testing.T, c *reapi.Client, name string) error {
	t.Helper()
	return journeyOf(ctx, c, newAction(t, name, input("large", noise(name, 5000)), input("small", []byte(name))))
}

// journeyOf makes each kind of call: blobs of both sizes up and down, an
// execution, a lookup, and a result stored.
func journeyOf(ctx context.Context, c *reapi.Client, a *action.Action) error {
	if _, err := c.Execute(ctx, a); err != nil {
		return err
	}
	r := soundResult()
	r.Outputs[0].Data = object(a.Digest.Hash, 1000) // the execution's is a large one
	if err := c.Store(ctx, a, r); err != nil {
		return err
	}
	r, err := c.Lookup(ctx, a)
	if err == nil && r == nil {
		err = errors.New("no hit")
	}
	return err
}

// methods are all those that a journey calls.
var methods = []string{
	"GetCapabilities", "FindMissingBlobs", "BatchUpdateBlobs", "Write", "Execute",
	"Read", "UpdateActionResult", "GetActionResult", "BatchReadBlobs",
}

func journeyed(t *testing.T, execution time.Duration) *reapitest.Server {
	return reapitest.StartT(t, reapitest.Options{ExecTime: execution, Capabilities: smallBatches})
}

func smallBatches(caps *repb.ServerCapabilities) {
	caps.CacheCapabilities.MaxBatchTotalSizeBytes = 4 << 10
}

func storing(o *reapi.Options) { o.Upload = reapi.UploadAlways }

var transientCodes = []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Canceled}

// A failure that passes isn't seen; one that stays gives the service up, and
// then it is left alone.
func TestTransientFailures(t *testing.T) {
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

				// Of these each goes on without the other; and a busy service is waited for.
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

// A service that fails at one thing alone, and answers other calls meanwhile,
// isn't given up.
func TestOtherCallsAnswered(t *testing.T) {
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
			// The next lookup is made after this call was, and has its answer when
			// the one after it is made.
			const lookup = "GetActionResult"
			if err := s.WaitCalls(t.Context(), lookup, s.Calls(lookup)+2); err != nil {
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

// keepLooking has lookups go on one after the other until they are stopped, as
// those of other jobs would.
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

// An answer to a call that came before says nothing of the next one: the
// service is given up although its answer about many blobs takes some time to
// be read, and all that one action waits for comes first in it.
func TestAnsweredBefore(t *testing.T) {
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
		defer cancel() // one of them shows it
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

// wantDown expects that a service was given up with a word why, and isn't
// called any more.
func wantDown(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, words ...string) {
	t.Helper()
	wantWhy(t, s, c, err, words)
	a := newAction(t, "afterwards")
	_, executeErr := c.Execute(within(t), a)
	_, lookupErr := c.Lookup(within(t), a)
	storeErr := c.Store(within(t), a, soundResult())
	if executeErr == nil || lookupErr == nil || storeErr == nil && c.Keeps() {
		t.Errorf("no errors after the service was given up: %v, %v, %v", executeErr, lookupErr, storeErr)
	}
	for _, m := range s.Metadata() {
		if m.GetActionId() == a.Digest.Hash {
			t.Errorf("called after the service was given up: %v", m)
		}
	}
}

// wantNoExecution expects that nothing is executed any more, with a word why,
// and that the cache of the same service is still used.
func wantNoExecution(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, words ...string) {
	t.Helper()
	wantWhy(t, s, c, err, words)
	calls := s.Calls("Execute") + s.Calls("WaitExecution")
	if _, err := c.Execute(within(t), newAction(t, "afterwards")); err == nil {
		t.Error("executed after execution was given up")
	}
	if n := s.Calls("Execute") + s.Calls("WaitExecution"); n != calls {
		t.Errorf("%d calls after execution was given up", n-calls)
	}
	a := newAction(t, "cached")
	if err := c.Store(within(t), a, soundResult()); err != nil {
		t.Errorf("the cache was given up, too: %v", err)
	}
	if r, err := c.Lookup(within(t), a); err != nil || c.Keeps() && r == nil {
		t.Errorf("hit: %v, %v: the cache was given up, too", r != nil, err)
	}
}

func wantWhy(t *testing.T, s *reapitest.Server, c *reapi.Client, err error, words []string) {
	t.Helper()
	if err == nil || c.Down() == nil {
		t.Fatalf("%v, down: %v", err, c.Down())
	}
	for _, word := range append(words, at(s)) {
		if !strings.Contains(err.Error(), word) || !strings.Contains(c.Down().Error(), word) {
			t.Errorf("no %q in: %v, or in: %v", word, err, c.Down())
		}
	}
}

// Each call in turn gets no answer. A hundred actions wait no longer for that
// than one.
func TestHangingCalls(t *testing.T) {
	for _, method := range append(methods, "WaitExecution") {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			said, want, calls, execution := method, wantDown, 100, time.Duration(0)
			switch method {
			case "Execute":
				want = wantNoExecution
			case "WaitExecution":
				// Who is heard of meanwhile has others' calls made again.
				said, want, calls, execution = "Execute", wantNoExecution, 300, time.Hour
			}
			s := journeyed(t, execution)
			if execution > 0 {
				s.Inject(reapitest.Fault{Method: said, CutAfter: 1, Code: codes.Unavailable})
			}
			s.Inject(reapitest.Fault{Method: method, Hang: true})
			c := dial(t, s, storing, impatient)
			errs := atOnce(100, func(i int) error { return journey(within(t), t, c, fmt.Sprint("m", i)) })
			for _, err := range errs {
				if err == nil {
					t.Error("no error")
				}
			}
			want(t, s, c, c.Down(), "no answer") // to that call, unless the machine is as slow as the timeout
			if n := s.Calls(method); n > calls {
				t.Errorf("%d calls: some were made again", n)
			}
		})
	}
}

// Nobody listens.
func TestServiceDown(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Stop()
	c := dial(t, s)
	for _, err := range atOnce(100, func(i int) error {
		_, err := c.Execute(within(t), newAction(t, fmt.Sprint(i)))
		return err
	}) {
		if err == nil {
			t.Fatal("no error")
		}
	}
	wantDown(t, s, c, c.Down(), "Unavailable", "refused")
}

// Somebody listens, and takes no connection.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := dial(t, nil, func(o *reapi.Options) { o.Executor, o.Indispensable = "grpc://"+listener.Addr().String(), false })
	for _, err := range atOnce(100, func(i int) error {
		_, err := c.Execute(within(t), newAction(t, fmt.Sprint(i)))
		return err
	}) {
		if err == nil || !strings.Contains(err.Error(), "no connection within") {
			t.Error(err)
		}
	}
	if down := c.Down(); down == nil || !strings.Contains(down.Error(), "GetCapabilities: no answer: no connection within") {
		t.Errorf("down: %v", down)
	}
}

// Where nothing can go on without it, a service may take its time to be reached.
func TestSlowConnection(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{Execute: writes(1000)})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var passing sync.WaitGroup
	passing.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			passing.Go(func() {
				defer from.Close()
				time.Sleep(4500 * time.Millisecond) // more than who can go on without it waits
				to, err := net.Dial("tcp", s.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				defer to.Close()
				passing.Go(func() { _, _ = io.Copy(to, from); to.Close() })
				_, _ = io.Copy(from, to)
			})
		}
	})
	defer passing.Wait()
	defer listener.Close()
	c, err := reapi.Dial(t.Context(), options(t, nil, func(o *reapi.Options) {
		o.Executor, o.MaxConnections = "grpc://"+listener.Addr().String(), 1 // and it is indispensable
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Execute(within(t), newAction(t, "m")); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// All calls that fail in one outage share its tries.
func TestSharedTries(t *testing.T) {
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
