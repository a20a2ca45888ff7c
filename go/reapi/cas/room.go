package cas

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

	"thinrex/go/reapi/rpc"
)

// ErrNoRoom says that the service has no room for what is uploaded. For the rest
// of the link nothing more is sent to it: a full CAS would get, and refuse, the
// inputs of each job. Downloads go on, and executions whose inputs the service
// has.
var ErrNoRoom = errors.New("the service has no room, and gets no further upload now")

// room is what the uploads of a link have learned about the space in the CAS.
type room struct {
	tries int                        // how many refusals of one upload mean that the CAS is full
	busy  func(since time.Time) bool // whether other calls than uploads have been refused in the same way

	open  context.Context // ends when the CAS is full; the cause is the error of all uploads from then on
	close context.CancelCauseFunc

	mu    sync.Mutex
	taken time.Time // when the service last took a blob
}

func newRoom(tries int, busy func(since time.Time) bool) *room {
	r := &room{tries: tries, busy: busy}
	r.open, r.close = context.WithCancelCause(context.Background())
	return r
}

// refusalsForFull is how many refusals in a row with RESOURCE_EXHAUSTED, and no
// text that explains it, mean that the CAS is full. Services also refuse too many
// calls at once so, which is over a moment later.
const refusalsForFull = 3

// uploadTries count the refusals that one upload has met.
type uploadTries struct {
	*room
	refusals int
	since    time.Time // when the first came
}

// begin counts the refusals of one upload.
func (r *room) begin() *uploadTries { return &uploadTries{room: r} }

// checkOpen returns an error if the CAS is full, so that nothing is to be sent.
func (r *room) checkOpen() error { return context.Cause(r.open) }

// whileOpen returns a context for an upload. It ends when the CAS is full, so that
// an upload that pauses between two tries, or waits for its turn, ends together
// with the one that found out. The caller calls end.
func (r *room) whileOpen(ctx context.Context) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.open, func() { cancel(context.Cause(r.open)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// noteTaken notes that the service has stored something.
func (r *room) noteTaken() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = time.Now()
}

// judge decides whether a failed upload means that the CAS is full. If so, it
// returns an error that wraps ErrNoRoom, which is never repeated. Otherwise it
// returns err, which is repeated or not like that of any call. The CAS isn't full
// if it takes other uploads meanwhile, or refuses other calls in the same way.
func (u *uploadTries) judge(err error) error {
	if err == nil || errors.Is(err, ErrNoRoom) || !saysFull(err) && !mayBeFull(err) {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.refusals++; u.refusals == 1 {
		u.since = time.Now()
	}
	if u.checkOpen() == nil {
		if !saysFull(err) && (u.refusals < u.tries || u.taken.After(u.since) || u.busy(u.since)) {
			return err
		}
		s := status.Convert(err)
		u.close(fmt.Errorf("%v: %s: %w", s.Code(), s.Message(), ErrNoRoom)) // not a status: it would be repeated
	}
	return u.checkOpen()
}

// withAddress adds the service's address to the error of an upload that was ended
// because the CAS is full. The error of the upload that found out has it already.
func (u *uploads) withAddress(m rpc.Method, err error) error {
	if errors.Is(err, ErrNoRoom) {
		return u.service.Failure(m, err)
	}
	return err
}

// saysFull reports whether the text of a refusal says that the service lacks
// space.
func saysFull(err error) bool {
	switch status.Code(err) {
	case codes.NotFound, codes.Unauthenticated, codes.PermissionDenied:
		return false
	}
	return containsAny(status.Convert(err).Message(),
		"no space", "disk full", "disk is full", "not enough space", "insufficient space", "insufficient storage",
		"out of space", "out of disk", "enospc", "edquot", "disk quota", "storage quota", "cache is full", "cas is full")
}

// mayBeFull reports whether a service refuses an upload for lack of a resource
// that may be space. Too many calls at once have the same code.
func mayBeFull(err error) bool {
	return rpc.IsExhausted(err) && !containsAny(status.Convert(err).Message(),
		"too many", "rate limit", "rate-limit", "ratelimit", "busy", "queue", "concurren", "overload", "throttl", "later",
		"retry")
}

func containsAny(text string, signs ...string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(text, sign) })
}
