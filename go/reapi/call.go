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
func (e *endpoint) call(ctx context.Context, method string, try try) error {
	started, attempt, renewed := time.Now(), 0, false
	for {
		if cause := context.Cause(e.ctx); cause != nil {
			return e.failure(method, cause)
		}
		begun := time.Now()
		heard, err := e.attempt(ctx, method, try)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if cause := context.Cause(e.ctx); cause != nil {
			return e.failure(method, cause)
		}
		if heard && time.Since(begun) > maxPause { // not one that always breaks at once
			started, attempt, renewed = time.Now(), 0, false
		}
		since := started
		if errors.Is(err, errNoAnswer) {
			since = begun // what was answered before says nothing
		}
		err = e.failure(method, err)
		if !renewed && e.renew(err) {
			renewed = true
		} else if !e.failed(method, since, attempt, err) {
			return err
		}
		if err := e.pause(ctx, attempt); err != nil {
			return err
		}
		attempt++
	}
}

// attempt makes one attempt, and reports whether the service was heard.
func (e *endpoint) attempt(ctx context.Context, method string, try try) (heard bool, err error) {
	ctx, cancel := context.WithCancelCause(e.outgoing(ctx, method))
	defer cancel(nil)
	defer context.AfterFunc(e.ctx, func() { cancel(context.Cause(e.ctx)) })()
	p := &pulse{endpoint: e, method: method}
	ready := make(chan struct{})
	p.silence = time.AfterFunc(e.opts.Timeout, func() {
		<-ready
		if d := p.patience(); d > 0 {
			p.silence.Reset(d)
			return
		}
		cancel(fmt.Errorf("%w within %v", errNoAnswer, e.opts.Timeout))
	})
	close(ready)
	defer p.silence.Stop()
	defer time.AfterFunc(connectTime, func() {
		if !e.reached() && !e.opts.Indispensable {
			cancel(fmt.Errorf("%w: no connection within %v", errNoAnswer, connectTime))
		}
	}).Stop()
	err = try(ctx, p)
	if err == nil {
		e.succeeded(method)
	} else if cause := context.Cause(ctx); errors.Is(cause, errNoAnswer) && !errors.Is(err, errStuck) {
		err = cause
	}
	return p.wasHeard, err
}

// A pulse tells a stream that takes its time from one that is dead.
type pulse struct {
	*endpoint
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

// Before a call is made again, time passes: twice as much each time.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

func (e *endpoint) pause(ctx context.Context, attempt int) error {
	d := min(firstPause<<min(attempt, 10), maxPause)
	timer := time.NewTimer(d/2 + rand.N(d/2)) // not all at once
	defer timer.Stop()
	select {
	case <-timer.C:
		for _, c := range e.each {
			c.ResetConnectBackoff() // else the next attempt may fail without having tried
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-e.ctx.Done():
		return e.failure("", context.Cause(e.ctx))
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
