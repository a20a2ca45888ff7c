package rpc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrNoAnswer is the cause of a call that was ended because the service was
// silent for too long.
var ErrNoAnswer = errors.New("no answer")

// attempt makes one attempt at a call, and reports whether the service answered
// anything.
func (s *Service) attempt(ctx context.Context, m Method, try Try) (heard bool, err error) {
	ctx, cancel := context.WithCancelCause(s.withHeaders(ctx, m))
	defer cancel(nil)
	defer context.AfterFunc(s.health.ctx, func() { cancel(context.Cause(s.health.ctx)) })()
	p := newProgress(s, m, cancel)
	defer p.silence.Stop()
	defer time.AfterFunc(connectTime, func() {
		if !s.wasReached() && !s.opts.Indispensable {
			cancel(fmt.Errorf("%w: no connection within %v", ErrNoAnswer, connectTime))
		}
	}).Stop()
	err = try(ctx, p)
	if err == nil {
		s.succeeded(m)
		s.lanes.widen()
	} else if cause := context.Cause(ctx); errors.Is(cause, ErrNoAnswer) || p.hasEnded() {
		err = cause
	}
	return p.heard, err
}

// Progress tells a slow stream from a dead one: it ends a call when the service
// has been silent for too long. Its methods are for the goroutine that makes the
// call.
type Progress struct {
	service  *Service
	method   Method
	silence  *time.Timer
	heard    bool
	deadline time.Time // by when a stream must have ended, zero for any time

	mu     sync.Mutex    // what follows is read when silence ends
	ended  bool          // by silence
	why    error         // with which the call ends; nil for ErrNoAnswer within Timeout
	inTurn time.Duration // see AllowTurns; 0 for no turns
}

func newProgress(s *Service, m Method, end context.CancelCauseFunc) *Progress {
	p := &Progress{service: s, method: m}
	p.mu.Lock() // silence is set before the timer's function reads it
	defer p.mu.Unlock()
	p.silence = time.AfterFunc(s.opts.Timeout, func() { p.timeOut(end) })
	return p
}

// timeOut ends the call, unless it may wait for its turn.
func (p *Progress) timeOut(end context.CancelCauseFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inTurn > 0 {
		if d := time.Until(p.service.health.lastSuccess(p.method).Add(p.inTurn)); d > 0 {
			p.silence.Reset(d)
			return
		}
	}
	p.ended = true
	why := p.why
	if why == nil {
		why = fmt.Errorf("%w within %v", ErrNoAnswer, p.service.opts.Timeout)
	}
	end(why)
}

// hasEnded reports whether silence has ended the call.
func (p *Progress) hasEnded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// allow sets how long the service may be silent, and the error with which the
// call ends then.
func (p *Progress) allow(d, inTurn time.Duration, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inTurn, p.why = inTurn, why
	p.silence.Reset(d)
}

// Moved notes that bytes came, or could be sent; those may not have arrived.
func (p *Progress) Moved() {
	d := p.service.opts.Timeout
	if !p.deadline.IsZero() {
		d = min(d, time.Until(p.deadline))
	}
	p.silence.Reset(d)
}

// slowest is the rate in bytes per second below which a stream is as good as
// dead.
const slowest = 10_000

// Carries says how many bytes a stream is to carry from now on.
func (p *Progress) Carries(bytes int64) {
	p.deadline = time.Now().Add(p.service.opts.Timeout + time.Duration(bytes/slowest)*time.Second)
}

// Heard notes that the service has answered, so that the call may be silent
// again for Timeout, and that the attempt hasn't failed at once.
func (p *Progress) Heard() {
	p.Moved()
	p.heard = true
	p.Answered()
}

// Answered notes that the service works, but nothing about this attempt: after a
// break it may begin anew.
func (p *Progress) Answered() { p.service.succeeded(p.method) }

// AllowSilence lets the service be silent for some time. After that the call ends
// with an error.
func (p *Progress) AllowSilence(d time.Duration, why error) { p.allow(d, 0, why) }

// AllowTurns lets the service be silent for some time, and longer as long as it
// answers some call of the method within limit. After that the call ends with an
// error.
func (p *Progress) AllowTurns(d, limit time.Duration, why error) { p.allow(d, limit, why) }

// AllowAnySilence lets the service be silent for ever.
func (p *Progress) AllowAnySilence() { p.silence.Stop() }
