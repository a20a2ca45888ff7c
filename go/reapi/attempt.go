package reapi

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// attempt makes one attempt, and reports whether the service was heard.
func (s *service) attempt(ctx context.Context, method string, try try) (heard bool, err error) {
	ctx, cancel := context.WithCancelCause(s.outgoing(ctx, method))
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })()
	p := &pulse{service: s, method: method}
	ready := make(chan struct{})
	p.silence = time.AfterFunc(s.opts.Timeout, func() {
		<-ready
		if d := p.patience(); d > 0 {
			p.silence.Reset(d)
			return
		}
		cancel(fmt.Errorf("%w within %v", errNoAnswer, s.opts.Timeout))
	})
	close(ready)
	defer p.silence.Stop()
	defer time.AfterFunc(connectTime, func() {
		if !s.reached() && !s.opts.Indispensable {
			cancel(fmt.Errorf("%w: no connection within %v", errNoAnswer, connectTime))
		}
	}).Stop()
	err = try(ctx, p)
	if err == nil {
		s.succeeded(method)
		s.lanes.served()
	} else if cause := context.Cause(ctx); errors.Is(cause, errNoAnswer) && !errors.Is(err, errStuck) {
		err = cause
	}
	return p.wasHeard, err
}

// A pulse tells a stream that takes its time from one that is dead.
type pulse struct {
	*service
	method   string
	silence  *time.Timer
	wasHeard bool
	end      time.Time    // by when a stream must have ended, zero for any time
	inTurn   atomic.Int64 // how long the service may be silent on all such calls, if this one may wait its turn
}

// patience is how much longer a call may wait because others of its kind get
// answers.
func (p *pulse) patience() time.Duration {
	if limit := time.Duration(p.inTurn.Load()); limit > 0 {
		return time.Until(p.lastSuccess(p.method).Add(limit))
	}
	return 0
}

// moved says that bytes came, or could be sent; those may not have arrived.
func (p *pulse) moved() {
	d := p.opts.Timeout
	if !p.end.IsZero() {
		d = min(d, time.Until(p.end))
	}
	p.silence.Reset(d)
}

// slowest is the rate in bytes per second below which a stream is as good as
// dead.
const slowest = 10_000

// carries says how much a stream is to carry, from now on.
func (p *pulse) carries(bytes int64) {
	p.end = time.Now().Add(p.opts.Timeout + time.Duration(bytes/slowest)*time.Second)
}

// heard says that the service has answered something.
func (p *pulse) heard() {
	p.moved()
	p.wasHeard = true
	p.succeeded(p.method)
}
