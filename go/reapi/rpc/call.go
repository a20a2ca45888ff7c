package rpc

import (
	"context"
	"math/rand/v2"
	"time"
)

// A Try makes one attempt at a call. It tells Progress what it hears of the
// service. Its error is a gRPC status, or one of our own, which isn't retried.
type Try func(context.Context, *Progress) error

// Call makes one call of a method, and repeats it while that may help. An error
// is a *CallError, or the cause of ctx's end.
func (s *Service) Call(ctx context.Context, m Method, try Try) error {
	a, renewed := attempt{method: m}, false
	for {
		if err := s.downIn(m); err != nil {
			return err
		}
		lane, err := s.laneFor(ctx, m)
		if err != nil {
			return err
		}
		a.begun = time.Now()
		heard, err := s.attempt(ctx, m, try)
		lane.Leave()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := s.downIn(m); err != nil {
			return err
		}
		if heard && time.Since(a.begun) > maxPause { // unlike a stream that always breaks at once
			a.earlier, renewed = 0, false
		}
		err = s.Failure(m, err)
		a.failed(err)
		if !renewed && s.renewCredentials(err) {
			renewed = true
		} else if !s.repeats(a) {
			return err
		}
		if a.outageTry, err = s.pause(ctx, a); err != nil {
			return err
		}
		a.earlier++
	}
}

// downIn returns why the service was given up, as an error of a method's call.
func (s *Service) downIn(m Method) error {
	if cause := context.Cause(s.health.ctx); cause != nil {
		return s.Failure(m, cause)
	}
	return nil
}

// laneFor waits for one of the lanes that a busy service has left us. An
// execution needs none here: its caller holds one for longer than the call, see
// EnterLane.
func (s *Service) laneFor(ctx context.Context, m Method) (*Lane, error) {
	if m == Execute {
		return nil, nil
	}
	return s.lanes.enter(ctx)
}

// repeats reports whether a call that failed is made again. It gives the service
// up if that is what the failure means.
func (s *Service) repeats(a attempt) bool {
	retries, busyFor := s.opts.Retries, s.opts.Timeout
	if s.opts.Hurried {
		busyFor = min(busyFor, maxPause)
		if !s.answered.Load() {
			retries = min(retries, 1)
		}
	}
	if IsBusy(a.err) {
		s.slowDown(a.method, a.begun)
	}
	began, verdict := s.health.judge(a, retries, busyFor)
	if verdict != isLost {
		return verdict == again
	}
	s.GiveUp(a.err)
	for _, other := range s.services {
		if !s.connections.anyReady() && !other.health.answeredSince(began) { // the connection was lost
			other.GiveUp(a.err)
		}
	}
	return false
}

// Before a call is repeated, some time passes: twice as much each time. Most of
// it is a pause, the rest is for making a lost connection again.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// pauseBefore is the pause before the nth repetition.
func pauseBefore(n int) time.Duration {
	d := 3 * reconnectBefore(n)
	return d - rand.N(d/4) // so that many links don't call at the same moment
}

// pauseAfter is the pause after a failure, or a longer one that the service asks
// for.
func pauseAfter(err error, n int) time.Duration {
	d := retryDelay(err)
	return max(pauseBefore(n), d+rand.N(d/4+1))
}

// reconnectBefore is how long making lost connections again may take before the nth
// repetition.
func reconnectBefore(n int) time.Duration { return min(firstPause<<min(n, 10), maxPause) / 4 }

// pause waits until a call that failed is worth another try. It returns which
// try of an outage that is, 0 for none.
func (s *Service) pause(ctx context.Context, a attempt) (outageTry int, err error) {
	if err := s.sleep(ctx, pauseAfter(a.err, a.earlier)); err != nil {
		return 0, err
	}
	outageTry, over, wait := s.health.nextTry()
	for over != nil {
		timer := time.NewTimer(wait)
		select {
		case <-over:
			over = nil
		case <-timer.C:
			outageTry, over, wait = s.health.nextTry()
		case <-ctx.Done():
			err, over = context.Cause(ctx), nil
		case <-s.health.ctx.Done():
			err, over = s.Down(), nil
		}
		timer.Stop()
	}
	if err == nil {
		s.connections.reconnect(ctx, reconnectBefore(max(a.earlier, outageTry-1)))
	}
	return outageTry, err
}
