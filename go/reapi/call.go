package reapi

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
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

// A callError is a failed call, in words for people.
type callError struct {
	*endpoint
	method string
	err    error
	note   string // what the service said beside it
}

func (e *endpoint) failure(method string, err error) error {
	var already *callError
	if errors.As(err, &already) {
		return err
	}
	return &callError{e, method, err, ""}
}

func (c *callError) Error() string {
	words := c.err.Error()
	var rpc interface{ GRPCStatus() *status.Status }
	if errors.As(c.err, &rpc) {
		words = fmt.Sprintf("%v: %s", rpc.GRPCStatus().Code(), rpc.GRPCStatus().Message())
	}
	if c.note != "" {
		words += " (" + c.note + ")"
	}
	if c.method != "" {
		words = c.method + ": " + words
	}
	return c.text + ": " + c.clean(words)
}

func (c *callError) Unwrap() error { return c.err }

type actionKey struct{}

// withAction makes calls carry the action that they are made for.
func withAction(ctx context.Context, a *action.Action) context.Context {
	return context.WithValue(ctx, actionKey{}, a)
}

const metadataHeader = "build.bazel.remote.execution.v2.requestmetadata-bin"

// outgoing adds to a call what goes with each: headers, and whose it is.
func (e *endpoint) outgoing(ctx context.Context, method string) context.Context {
	m := &repb.RequestMetadata{
		ToolDetails:      &repb.ToolDetails{ToolName: "thinrex", ToolVersion: e.opts.Version},
		ToolInvocationId: e.opts.Invocation,
		ActionMnemonic:   e.opts.Mnemonic,
	}
	if a, ok := ctx.Value(actionKey{}).(*action.Action); ok {
		m.ActionId, m.TargetId = a.Digest.Hash, strings.ToValidUTF8(a.Module(), "?")
	}
	data, _ := proto.Marshal(m) // fails only for strings that aren't UTF-8
	md := e.headers.of(method).Copy()
	md.Set(metadataHeader, string(data))
	return metadata.NewOutgoingContext(ctx, md)
}
