package reapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrNoRoom says that the service has no room for what is uploaded. For the
// rest of the link nothing more is sent to it: a full CAS would get, and
// refuse, the inputs of each job. Downloads, and executions whose inputs the
// service has, go on.
var ErrNoRoom = errors.New("the service has no room, and gets no further upload now")

// room is what the uploads of a link have seen of the space in the CAS.
type room struct {
	tries int                        // refusals of one upload that mean that the CAS is full
	busy  func(since time.Time) bool // whether other calls than uploads have been refused alike

	open  context.Context // ends when the CAS is full; the cause says why nothing is uploaded any more
	close context.CancelCauseFunc

	mu    sync.Mutex
	taken time.Time // when the service last took a blob
}

func newRoom(tries int, busy func(since time.Time) bool) *room {
	r := &room{tries: tries, busy: busy}
	r.open, r.close = context.WithCancelCause(context.Background())
	return r
}

// refusalsForFull is how many tries in a row a bare RESOURCE_EXHAUSTED takes to
// mean that the CAS is full. Services say the same of too many calls at once,
// which is over a moment later.
const refusalsForFull = 3

// An uploadTry counts the refusals that one upload has met.
type uploadTry struct {
	*room
	refusals int
	since    time.Time // when the first came
}

func (r *room) begin() *uploadTry { return &uploadTry{room: r} }

// check returns an error if nothing is to be sent any more.
func (r *room) check() error { return context.Cause(r.open) }

// whileOpen returns a context for an upload that ends when the CAS is full, so that
// an upload that pauses between two tries, or waits for its turn, ends with the one
// that found it out. Whoever asks for it ends it.
func (r *room) whileOpen(ctx context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.open, func() { cancel(context.Cause(r.open)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// took notes that the service has stored something.
func (r *room) took() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = time.Now()
}

// judge returns err as it is, to be tried again or not like that of any call,
// or the verdict that the CAS is full, which is never tried again. It isn't if
// uploads are taken meanwhile, or other calls are refused in the same way.
func (u *uploadTry) judge(err error) error {
	if err == nil || errors.Is(err, ErrNoRoom) || !saysFull(err) && !saysExhausted(err) {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.refusals++; u.refusals == 1 {
		u.since = time.Now()
	}
	if u.check() == nil {
		if !saysFull(err) && (u.refusals < u.tries || u.taken.After(u.since) || u.busy(u.since)) {
			return err
		}
		s := status.Convert(err)
		u.close(fmt.Errorf("%v: %s: %w", s.Code(), s.Message(), ErrNoRoom)) // without the status, which would be tried again
	}
	return u.check()
}

// namingFull gives the error of an upload that was ended because the CAS is full
// the name of the service, as that of the upload that found it out has it.
func (c *Client) namingFull(method string, err error) error {
	if errors.Is(err, ErrNoRoom) {
		return c.cache.failure(method, err)
	}
	return err
}

// saysFull reports whether a service says in words that it lacks space.
func saysFull(err error) bool {
	switch status.Code(err) {
	case codes.NotFound, codes.Unauthenticated, codes.PermissionDenied:
		return false
	}
	words := strings.ToLower(status.Convert(err).Message())
	for _, sign := range []string{
		"no space", "disk full", "disk is full", "not enough space", "insufficient space", "insufficient storage",
		"out of space", "out of disk", "enospc", "edquot", "disk quota", "storage quota", "cache is full", "cas is full",
	} {
		if strings.Contains(words, sign) {
			return true
		}
	}
	return false
}

// saysExhausted reports whether a service refuses an upload for lack of
// something that may be space. Too many calls at once, and a message that is
// too large for gRPC, have the same code.
func saysExhausted(err error) bool {
	s := status.Convert(err)
	if s.Code() != codes.ResourceExhausted || retryInfo(s) != nil || isTooLarge(s) {
		return false
	}
	words := strings.ToLower(s.Message())
	return !slices.ContainsFunc([]string{
		"too many", "rate limit", "rate-limit", "ratelimit", "busy", "queue", "concurren", "overload", "throttl", "later",
		"retry",
	}, func(sign string) bool { return strings.Contains(words, sign) })
}
