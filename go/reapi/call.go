package reapi

import (
	"context"
	"math/rand/v2"
	"time"
)

// A try makes one attempt at a call.
type try func(context.Context, *pulse) error

// call makes one call, again while that may help.
func (s *service) call(ctx context.Context, method string, try try) error {
	this, renewed := attempt{method: method}, false
	for {
		if cause := context.Cause(s.ctx); cause != nil {
			return s.failure(method, cause)
		}
		leave, err := s.enter(ctx, method)
		if err != nil {
			return err
		}
		this.begun = time.Now()
		heard, err := s.attempt(ctx, method, try)
		leave()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if cause := context.Cause(s.ctx); cause != nil {
			return s.failure(method, cause)
		}
		if heard && time.Since(this.begun) > maxPause { // not one that always breaks at once
			this.earlier, renewed = 0, false
		}
		err = s.failure(method, err)
		this.failed(err)
		if !renewed && s.renew(err) {
			renewed = true
		} else if !s.goesOn(this) {
			return err
		}
		if this.try, err = s.pause(ctx, this); err != nil {
			return err
		}
		this.earlier++
	}
}

// enter waits for one of the lanes that a busy service has left us. Those of
// executions are held for longer than a call.
func (s *service) enter(ctx context.Context, method string) (leave func(), err error) {
	if method == "Execute" {
		return func() {}, nil
	}
	return s.lanes.enter(ctx)
}

// goesOn reports whether a call that failed is made again. It gives the service
// up if that is what the failure means.
func (s *service) goesOn(a attempt) bool {
	retries, busyFor := s.retries, s.opts.Timeout
	if s.opts.Hurried {
		busyFor = min(busyFor, maxPause)
		if !s.answered.Load() {
			retries = min(retries, 1)
		}
	}
	if isBusy(a.err) {
		s.slowDown(a.method, a.begun)
	}
	began, verdict := s.judge(a, retries, busyFor)
	if verdict != isLost {
		return verdict == again
	}
	s.giveUp(a.err)
	for _, other := range s.services {
		if !s.conn.connected() && !other.answeredSince(began) { // it was the connection
			other.giveUp(a.err)
		}
	}
	return false
}

// Before a call is made again, time passes: twice as much each time. Most of it
// is a pause; then there is some time to make a lost connection again.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

func pauseBefore(n int) time.Duration {
	d := 3 * reconnectBefore(n)
	return d - rand.N(d/4) // many links don't call at the same moment
}

// pauseAfter is the pause after a failure, or a longer one that the service
// wants.
func pauseAfter(err error, n int) time.Duration {
	d := retryDelay(err)
	return max(pauseBefore(n), d+rand.N(d/4+1))
}

func reconnectBefore(n int) time.Duration { return min(firstPause<<min(n, 10), maxPause) / 4 }

// pause waits until a call that failed is worth another try, and returns which
// try of an outage that is, 0 for none.
func (s *service) pause(ctx context.Context, a attempt) (try int, err error) {
	if err := s.sleep(ctx, pauseAfter(a.err, a.earlier)); err != nil {
		return 0, err
	}
	try, over, wait := s.turn()
	for over != nil {
		timer := time.NewTimer(wait)
		select {
		case <-over:
			over = nil
		case <-timer.C:
			try, over, wait = s.turn()
		case <-ctx.Done():
			err, over = context.Cause(ctx), nil
		case <-s.ctx.Done():
			err, over = s.failure("", context.Cause(s.ctx)), nil
		}
		timer.Stop()
	}
	if err == nil {
		s.conn.reconnect(ctx, reconnectBefore(max(a.earlier, try-1)))
	}
	return try, err
}

// sleep waits, unless the call or the service ends before.
func (s *service) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.ctx.Done():
		return s.failure("", context.Cause(s.ctx))
	}
}
