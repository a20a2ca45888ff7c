package rpc

import (
	"context"
	"errors"
	"time"
)

// A Service is the cache or the executor, and what is known of its health. Where
// one endpoint is both, they are given up separately: a scheduler that is down
// must not cost the results in the cache.
type Service struct {
	*Endpoint
	health *health
	lanes  *lanes
}

// Down returns why the service was given up, nil while it is in use.
func (s *Service) Down() error {
	if s.health.ctx.Err() == nil {
		return nil
	}
	return s.Failure("", context.Cause(s.health.ctx))
}

// GiveUp ends all calls of the service, and lets none begin any more.
func (s *Service) GiveUp(err error) { s.health.giveUp(err) }

// EndWith returns a context that also ends when one of the services is given up.
func EndWith(ctx context.Context, services ...*Service) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	var stops []func() bool
	for _, s := range services {
		stops = append(stops, context.AfterFunc(s.health.ctx, func() { cancel(context.Cause(s.health.ctx)) }))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel(nil)
	}
}

// NeverAnswered reports whether no call of a method was answered, nor any
// refused just now.
func (s *Service) NeverAnswered(m Method) bool {
	h := s.health
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.success[m].IsZero() && h.outage == nil
}

// HasServed reports whether a call of a method was ever answered.
func (s *Service) HasServed(m Method) bool { return !s.health.lastSuccess(m).IsZero() }

// succeeded notes that a call was answered.
func (s *Service) succeeded(m Method) {
	s.answered.Store(true)
	s.health.succeeded(m)
}

// EnterLane waits until the service may get another execution.
func (s *Service) EnterLane(ctx context.Context) (*Lane, error) { return s.lanes.enter(ctx) }

// Served notes that the service has executed an action, so that it may get more
// of them at once.
func (s *Service) Served() { s.lanes.widen() }

// Refused notes that an execution, which began at a time, was refused because
// the service is busy. It returns for how long the service has taken none.
func (s *Service) Refused(begun time.Time) time.Duration {
	s.slowDown(Execute, begun)
	return s.lanes.refusedFor(begun)
}

// PauseBefore waits before the nth repetition of something, unless the caller or
// the service ends first.
func (s *Service) PauseBefore(ctx context.Context, n int) error { return s.sleep(ctx, pauseBefore(n)) }

// PauseAfter waits after a failure that is the nth in a row, and at least as
// long as the service asks for in it.
func (s *Service) PauseAfter(ctx context.Context, failure error, n int) error {
	return s.sleep(ctx, pauseAfter(failure, n))
}

// sleep waits, unless the call or the service ends first.
func (s *Service) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.health.ctx.Done():
		return s.Down()
	}
}

// IsRefused reports whether the service has refused this user a method that it
// has never served in this link.
func (s *Service) IsRefused(m Method, err error) bool {
	failed, ok := errors.AsType[*CallError](err)
	return ok && failed.Method == m && isRefusal(err) && !s.HasServed(m)
}
