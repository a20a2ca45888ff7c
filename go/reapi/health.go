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
	retries int // of one call
	hurried bool

	mu          sync.Mutex
	budget      float64 // retries left, of all calls
	success     map[string]time.Time
	credentials Credentials
}

// The budget lets a service that answers mostly be retried for ever, and
// one that doesn't for a while.
const (
	retryBudget = 100
	retryRefill = 0.1 // for each successful call
)

// errNoAnswer is the cause of a call that was ended for lack of an answer.
var errNoAnswer = errors.New("no answer")

func newHealth(ctx context.Context, retries int, c Credentials) *health {
	h := &health{retries: retries, budget: retryBudget, success: map[string]time.Time{}, credentials: c}
	h.ctx, h.giveUp = context.WithCancelCause(ctx)
	return h
}

func (h *health) succeeded(method string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.success[method] = time.Now()
	h.budget = min(h.budget+retryRefill, retryBudget)
}

// hasAnswered reports whether any call was successful.
func (h *health) hasAnswered() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.success) > 0
}

func (h *health) lastSuccess(method string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.success[method]
}

// renew has new credentials asked for, and reports whether there may be some:
// those that were refused may just have expired.
func (h *health) renew(err error) bool {
	if status.Code(err) != codes.Unauthenticated || h.credentials == nil {
		return false
	}
	h.credentials.Forget()
	return true
}

// failed reports whether to try again. A success after started shows that the
// service works; attempt says how many were made before the one that failed.
func (h *health) failed(method string, started time.Time, attempt int, err error) (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	works := h.success[method].After(started)
	if !errors.Is(err, errNoAnswer) { // a service that answers other calls isn't down
		for _, t := range h.success {
			works = works || t.After(started)
		}
	}
	switch {
	case isRefusal(err) && opens[method] && h.success[method].IsZero():
		h.giveUp(err)
		return false
	case !isTransient(err):
		return false
	case errors.Is(err, errNoAnswer) && !works:
		h.giveUp(err) // each of the other calls would wait as long
		return false
	case attempt < h.retries && h.budget >= 1 && !(h.hurried && attempt > 0 && len(h.success) == 0):
		h.budget--
		return true
	case !works:
		h.giveUp(err)
	}
	return false
}

// spend takes a retry from the budget, if there is one left.
func (h *health) spend() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.budget < 1 {
		return false
	}
	h.budget--
	return true
}

// opens are the methods without which a service is of no use. Others may be
// refused to some users, such as writing to the Action Cache; and who may not
// execute may still read.
var opens = map[string]bool{"GetCapabilities": true, "GetActionResult": true}

func isRefusal(err error) bool {
	code := status.Code(err)
	return code == codes.Unauthenticated || code == codes.PermissionDenied
}

// isTransient reports whether the same call may succeed a little later.
func isTransient(err error) bool {
	s, ok := status.FromError(err)
	if !ok {
		return errors.Is(err, errNoAnswer)
	}
	switch s.Code() {
	case codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Aborted, codes.Internal, codes.Unknown,
		codes.Canceled: // not by us, who would know: so proxies end what they can't go on with
		return true
	}
	return false
}
