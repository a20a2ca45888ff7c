package rpc

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"thinrex/go/reapi/remoteflags"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// unconnected returns an endpoint without connections: tests make their calls fail
// or succeed by themselves.
func unconnected(retries int) *Endpoint {
	patient := remoteflags.Connection{Timeout: time.Minute, Retries: retries}
	return &Endpoint{opts: &Options{Connection: patient}, connections: &connections{}}
}

// A trial makes calls to a service whose answers depend on the time since the
// first call. The clock is a fake one.
type trial struct {
	retries int
	calls   int                             // at once
	answer  func(since time.Duration) error // to a call, by the time since the first
}

// An ending is the outcome of a trial.
type ending struct {
	failed int           // calls
	tries  int           // of all calls
	took   time.Duration // until the last call had ended
	down   error
}

func (tr trial) run(t *testing.T) (end ending) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := unconnected(tr.retries).Service(t.Context(), 0)
		s.answered.Store(true)
		var failed, tries atomic.Int32
		var calls sync.WaitGroup
		began := time.Now()
		for range tr.calls {
			calls.Go(func() {
				if s.Call(t.Context(), "m", func(context.Context, *Progress) error {
					tries.Add(1)
					return tr.answer(time.Since(began))
				}) != nil {
					failed.Add(1)
				}
			})
		}
		calls.Wait()
		end = ending{int(failed.Load()), int(tries.Load()), time.Since(began), context.Cause(s.health.ctx)}
	})
	return end
}

// away is a service that can't be reached between two times.
func away(from, to time.Duration) func(time.Duration) error {
	return func(since time.Duration) error {
		if since >= from && since < to {
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	}
}

// No call fails if the service comes back within the time that docs/remote.md
// promises, however many calls there are, and only few of them try meanwhile.
func TestServiceComesBackInTime(t *testing.T) {
	for _, tr := range []struct {
		retries int
		back    time.Duration
	}{
		{1, 0},
		{5, 100 * time.Millisecond},
		{5, time.Second},
		{5, 2 * time.Second},
		{2, 150 * time.Millisecond},
		{8, 11 * time.Second},
	} {
		for _, calls := range []int{1, 41, 201, 700} {
			got := trial{tr.retries, calls, away(0, tr.back)}.run(t)
			if got.failed > 0 || got.down != nil || got.tries > 2*calls+tr.retries {
				t.Errorf("%d calls, %d retries, back after %v: %+v", calls, tr.retries, tr.back, got)
			}
		}
	}
}

// A service that doesn't come back is given up in 2 to 3 seconds, and all calls
// end at once.
func TestServiceStaysAway(t *testing.T) {
	for _, calls := range []int{1, 41, 201} {
		got := trial{5, calls, away(0, time.Hour)}.run(t)
		if got.failed != calls || got.down == nil || got.tries != calls+5 ||
			got.took < 2*time.Second || got.took > 3200*time.Millisecond {
			t.Errorf("%d calls: %+v", calls, got)
		}
	}
	if got := (trial{0, 10, away(0, time.Hour)}).run(t); got.failed != 10 || got.down == nil || got.took > 0 {
		t.Errorf("without retries: %+v", got)
	}
}

// A service that answers some calls isn't given up, and each call is repeated as
// often as the others.
func TestServiceAnswersSomeCalls(t *testing.T) {
	var n atomic.Int32
	got := trial{5, 100, func(time.Duration) error {
		if n.Add(1)%3 != 0 {
			return status.Error(codes.Unavailable, "two of three")
		}
		return nil
	}}.run(t)
	if got.down != nil || got.failed == 100 {
		t.Errorf("%+v", got)
	}
}

// Calls to a busy service are repeated for as long as one answer may take, with
// growing pauses.
func TestBusyService(t *testing.T) {
	busy := func(to time.Duration) func(time.Duration) error {
		return func(since time.Duration) error {
			if since < to {
				return status.Error(codes.ResourceExhausted, "too many")
			}
			return nil
		}
	}
	if got := (trial{5, 200, busy(50 * time.Second)}).run(t); got.failed > 0 || got.down != nil || got.tries > 500 {
		t.Errorf("busy for 50 s: %+v", got)
	}
	got := trial{5, 200, busy(time.Hour)}.run(t)
	if got.failed != 200 || status.Code(got.down) != codes.ResourceExhausted ||
		got.took < time.Minute || got.took > 2*time.Minute {
		t.Errorf("always busy: %+v", got)
	}
	tooLarge := trial{5, 3, func(time.Duration) error {
		return status.Error(codes.ResourceExhausted, "grpc: received message larger than max (5 vs. 4)")
	}}.run(t)
	if tooLarge.failed != 3 || tooLarge.tries != 3 || tooLarge.down != nil {
		t.Errorf("too large a message: %+v", tooLarge)
	}
}

// Calls are repeated when the service wants it (RetryInfo), not before.
func TestRetryInfo(t *testing.T) {
	for _, code := range []codes.Code{codes.Unavailable, codes.ResourceExhausted} {
		wanted := &errdetails.RetryInfo{RetryDelay: durationpb.New(20 * time.Second)}
		info, err := status.New(code, "later").WithDetails(wanted)
		if err != nil {
			t.Fatal(err)
		}
		got := trial{5, 41, func(since time.Duration) error {
			switch {
			case since == 0:
				return info.Err()
			case since < 20*time.Second:
				return errors.New("called too soon")
			}
			return nil
		}}.run(t)
		if got.failed > 0 || got.tries != 82 || got.took > 26*time.Second {
			t.Errorf("%v: %+v", code, got)
		}
	}
}

// Where one endpoint is cache and executor, each is given up separately, unless
// their connection was lost.
func TestOneEndpointTwoServices(t *testing.T) {
	for _, tc := range []struct {
		name     string
		answered bool // the cache, in the outage
		lost     bool // the cache, with the executor
	}{{"a dead scheduler", true, false}, {"a lost connection", false, true}} {
		synctest.Test(t, func(t *testing.T) {
			e := unconnected(5)
			exec, cache := e.Service(t.Context(), 0), e.Service(t.Context(), 0)
			cache.succeeded(GetActionResult)
			time.Sleep(time.Second)
			tries := 0
			err := exec.Call(t.Context(), Execute, func(context.Context, *Progress) error {
				if tries++; tries == 2 && tc.answered {
					cache.succeeded(GetActionResult)
				}
				return status.Error(codes.Unavailable, "gone")
			})
			if err == nil || exec.Down() == nil || (cache.Down() != nil) != tc.lost {
				t.Errorf("%s: %v; the executor is given up: %v, the cache: %v", tc.name, err, exec.Down(), cache.Down())
			}
		})
	}
}
