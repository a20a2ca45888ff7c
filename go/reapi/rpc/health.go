package rpc

import (
	"context"
	"errors"
	"sync"
	"time"
)

// health is what a link has seen of one service. It decides whether a failed
// call is worth another try, and when the service is given up: then all calls
// end at once, and no further call is made. A link is short, so a service that
// was given up stays so.
type health struct {
	ctx    context.Context // ends when the service is given up; the cause says why
	giveUp context.CancelCauseFunc

	mu      sync.Mutex
	success map[Method]time.Time // when a call of each method was last answered
	latest  time.Time            // when any call was
	outage  *outage              // nil while the service answers
}

// An outage begins when a call fails for a reason that may pass, and ends with
// the next success. Hundreds of calls may fail in it: it is counted once, and
// only a few of them try whether it is over. The others wait.
type outage struct {
	began time.Time
	tries int           // how often calls have tried whether it is over
	next  time.Time     // when there may be another try
	over  chan struct{} // closed when it is over
}

func newHealth(ctx context.Context) *health {
	h := &health{success: map[Method]time.Time{}}
	h.ctx, h.giveUp = context.WithCancelCause(ctx)
	return h
}

// succeeded notes that a call was answered, which ends an outage.
func (h *health) succeeded(m Method) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.latest = time.Now()
	h.success[m] = h.latest
	h.endOutage()
}

// endOutage is called with h.mu held.
func (h *health) endOutage() {
	if h.outage != nil {
		close(h.outage.over)
		h.outage = nil
	}
}

// lastSuccess returns when a call of a method was last answered, zero for never.
func (h *health) lastSuccess(m Method) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.success[m]
}

// answeredSince reports whether the service has answered any call after a time.
func (h *health) answeredSince(t time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.latest.After(t)
}

// An attempt is an attempt at a call that failed.
type attempt struct {
	method    Method
	begun     time.Time
	earlier   int       // how many attempts the call has made before
	outageTry int       // which try of an outage it was, 0 for none
	busySince time.Time // since when the service refuses this call because it is busy, zero if it doesn't
	err       error
}

// failed notes why this attempt failed.
func (a *attempt) failed(err error) {
	a.err = err
	switch {
	case !IsBusy(err):
		a.busySince = time.Time{}
	case a.busySince.IsZero():
		a.busySince = time.Now()
	}
}

// A verdict says what becomes of a call that failed.
type verdict int

const (
	fails  verdict = iota
	again          // it is made again after a pause
	isLost         // it fails, and the service is given up
)

// judge decides what becomes of a failed call. retries is how often a call, and an
// outage, is tried again; busyFor is how long a service may refuse calls because it
// is busy. If the service is lost, it was so since began.
func (h *health) judge(a attempt, retries int, busyFor time.Duration) (began time.Time, v verdict) {
	h.mu.Lock()
	defer h.mu.Unlock()
	answered := h.latest.After(a.begun)
	switch {
	case isRefusal(a.err) && a.method.isEssential() && h.success[a.method].IsZero():
		return a.begun, isLost
	case errors.Is(a.err, ErrNoAnswer):
		if !h.success[a.method].After(a.begun) {
			return a.begun, isLost // each of the other calls would wait as long
		}
	case !IsTransient(a.err):
		if isAnswer(a.err) {
			h.endOutage()
		}
		return began, fails
	case IsBusy(a.err):
		o := h.currentOutage(a.err)
		if time.Since(o.began) > busyFor && !answered {
			return o.began, isLost
		}
		if time.Since(a.busySince) <= busyFor {
			return began, again
		}
		return began, fails
	default:
		if o := h.currentOutage(a.err); a.outageTry >= retries && !answered {
			return o.began, isLost
		}
	}
	if a.earlier < retries {
		return began, again
	}
	return began, fails
}

// currentOutage returns the outage that is going on, or that begins now with
// err. It is called with h.mu held.
func (h *health) currentOutage(err error) *outage {
	now := time.Now()
	if h.outage == nil {
		h.outage = &outage{began: now, next: now.Add(pauseBefore(0)), over: make(chan struct{})}
	}
	if wanted := now.Add(retryDelay(err)); wanted.After(h.outage.next) {
		h.outage.next = wanted
	}
	return h.outage
}

// nextTry is called for a call that failed, to find out when it is made again.
// If try is above 0, the call is the outage's next try, and is made now.
// Otherwise it waits until over is closed, or calls nextTry again after wait.
// Without an outage over is nil, and the call is made now.
func (h *health) nextTry() (try int, over <-chan struct{}, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.outage
	if o == nil {
		return 0, nil, 0
	}
	if wait := time.Until(o.next); wait > 0 {
		return 0, o.over, wait
	}
	o.tries++
	o.next = time.Now().Add(reconnectBefore(o.tries-1) + pauseBefore(o.tries))
	return o.tries, nil, 0
}
