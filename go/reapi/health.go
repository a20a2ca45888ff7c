package reapi

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// health is what a link has seen of one service. It decides whether a failed
// call is worth another try, and when the service is given up: then all calls
// end at once, and no further one is made. A link is short, so there is no
// way back.
type health struct {
	ctx     context.Context // ends when the service is given up; the cause says why
	giveUp  context.CancelCauseFunc
	retries int // of one call, and of an outage

	mu      sync.Mutex
	success map[string]time.Time // the last one of each method
	latest  time.Time            // of any method
	outage  *outage              // nil while the service answers
}

// An outage begins when a call fails for a reason that may pass, and ends with
// the next success. Hundreds of calls may fail in it: it is counted once, and
// only a few of them try whether it is over. The others wait.
type outage struct {
	began time.Time
	tries int           // whether it is over
	next  time.Time     // when there may be another try
	over  chan struct{} // closed when it is
}

// errNoAnswer is the cause of a call that was ended for lack of an answer.
var errNoAnswer = errors.New("no answer")

func newHealth(ctx context.Context, retries int) *health {
	h := &health{retries: retries, success: map[string]time.Time{}}
	h.ctx, h.giveUp = context.WithCancelCause(ctx)
	return h
}

func (h *health) succeeded(method string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.latest = time.Now()
	h.success[method] = h.latest
	h.endOutage()
}

// endOutage is called with h.mu held.
func (h *health) endOutage() {
	if h.outage != nil {
		close(h.outage.over)
		h.outage = nil
	}
}

func (h *health) lastSuccess(method string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.success[method]
}

// silent reports whether no call of a method was answered, nor any refused just
// now.
func (h *health) silent(method string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.success[method].IsZero() && h.outage == nil
}

// An attempt is one that failed.
type attempt struct {
	method  string
	begun   time.Time
	earlier int       // how many attempts the call has made before
	try     int       // which try of an outage it was, 0 for none
	refused time.Time // since when the service refuses this call because it is busy
	err     error
}

// failed notes why this attempt failed.
func (a *attempt) failed(err error) {
	a.err = err
	switch {
	case !isBusy(err):
		a.refused = time.Time{}
	case a.refused.IsZero():
		a.refused = time.Now()
	}
}

// A verdict says what becomes of a call that failed.
type verdict int

const (
	fails  verdict = iota
	again          // after a pause
	isLost         // and with it the service
)

// judge decides on a failed call. retries is how often one is tried again, and
// busyFor is how long a service may refuse calls because it is busy. Where the
// service is lost, it was since began.
func (h *health) judge(a attempt, retries int, busyFor time.Duration) (began time.Time, v verdict) {
	h.mu.Lock()
	defer h.mu.Unlock()
	answered := h.latest.After(a.begun)
	switch {
	case isRefusal(a.err) && opens[a.method] && h.success[a.method].IsZero():
		return a.begun, isLost
	case errors.Is(a.err, errNoAnswer):
		if !h.success[a.method].After(a.begun) {
			return a.begun, isLost // each of the other calls would wait as long
		}
	case !isTransient(a.err):
		if isAnswer(a.err) {
			h.endOutage()
		}
		return began, fails
	case isBusy(a.err):
		o := h.failing(a.err)
		if time.Since(o.began) > busyFor && !answered {
			return o.began, isLost
		}
		if time.Since(a.refused) <= busyFor {
			return began, again
		}
		return began, fails
	default:
		if o := h.failing(a.err); a.try >= retries && !answered {
			return o.began, isLost
		}
	}
	if a.earlier < retries {
		return began, again
	}
	return began, fails
}

// answeredSince reports whether the service has answered any call after a time.
func (h *health) answeredSince(t time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.latest.After(t)
}

// failing returns the outage that is going on, or that begins now.
func (h *health) failing(err error) *outage {
	now := time.Now()
	if h.outage == nil {
		h.outage = &outage{began: now, next: now.Add(pauseBefore(0)), over: make(chan struct{})}
	}
	if wanted := now.Add(retryDelay(err)); wanted.After(h.outage.next) {
		h.outage.next = wanted
	}
	return h.outage
}

// turn is asked by a call that failed, when it is to be tried again. The call
// has the outage's next try if that is above 0. Else it waits until the outage
// is over, or asks again after some time; without an outage, over is nil.
func (h *health) turn() (try int, over <-chan struct{}, wait time.Duration) {
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

// opens are the methods without which a service is of no use. Others may be
// refused to some users, such as writing to the Action Cache; and who may not
// execute may still read.
var opens = map[string]bool{"GetCapabilities": true, "GetActionResult": true}

func isRefusal(err error) bool {
	code := status.Code(err)
	return code == codes.Unauthenticated || code == codes.PermissionDenied
}

// isAnswer reports whether a failure shows that the service works.
func isAnswer(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() != codes.Unavailable && s.Code() != codes.Unauthenticated // which may be said here
}

// isTransient reports whether the same call may succeed a little later.
func isTransient(err error) bool {
	s, ok := status.FromError(err)
	switch {
	case !ok:
		return errors.Is(err, errNoAnswer)
	case errors.Is(err, errBusy): // which Execute sees to
		return false
	}
	switch s.Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.Internal, codes.Unknown,
		codes.Canceled: // not by us, who would know: so proxies end what they can't go on with
		return true
	}
	return isBusy(err)
}
