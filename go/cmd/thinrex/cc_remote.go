package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"thinrex/go/action"
	"thinrex/go/host/memo"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// A ccRemote is the remote cache as one compilation of many sees it. One that
// can't be used costs the build one wait and one warning, not each of its
// compilations.
type ccRemote struct {
	ctx      context.Context
	options  *options
	terminal *report.Terminal
	reading  outage
	writing  outage        // while it can be read
	client   *reapi.Client // nil until open
	report   sync.Once
	unstored sync.Once   // that results aren't stored is said once
	skips    func() bool // what it writes; decided once, as a compilation's results go together
}

// newCCRemote returns the remote cache that the options name. Nothing is asked
// before open.
func newCCRemote(ctx context.Context, o *options, stateDir string, terminal *report.Terminal) *ccRemote {
	r := &ccRemote{ctx: ctx, options: o, terminal: terminal}
	if stateDir != "" {
		name := memo.Path(stateDir, memo.Outage, whoAsks(o))
		r.reading.path, r.writing.path = name, name+"-writing"
	}
	r.skips = sync.OnceValue(r.writing.lasts)
	return r
}

// whoAsks tells those apart to whom a service may mean different things: who
// else has no password, say, has an outage of his own.
func whoAsks(o *options) string {
	h := sha256.New()
	r := &o.Remote
	fmt.Fprintf(h, "%q %d %v %v", []string{r.Cache, r.Executor, r.Proxy, r.Instance,
		r.TLSCertificate, r.TLSClientCertificate, r.TLSClientKey}, os.Getuid(), r.GoogleDefaultCredentials, o.Shared.DigestFunction)
	for _, list := range [][]string{r.Headers, r.CacheHeaders, r.ExecHeaders} {
		for _, header := range list {
			name, _, _ := strings.Cut(header, "=") // the value is a secret, and the hash may be seen
			fmt.Fprintf(h, " %q", name)
		}
	}
	fmt.Fprintf(h, " %q", o.Credentials.Helpers)
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// patience is how long the first answer of a service may take.
const patience = 5 * time.Second

// open returns nil if there is no remote cache, or it can't be used.
func (r *ccRemote) open() action.Cache {
	if r.options.Remote.Cache == "" && r.options.Remote.Executor == "" {
		return nil
	}
	if r.reading.lasts() {
		r.terminal.Verbose("the remote cache isn't asked: it couldn't be used less than %v ago", outageLasts)
		return nil
	}
	client, err := dial(r.ctx, r.options, compileMnemonic, 1, r.terminal)
	if err != nil {
		r.failed(&r.reading, err)
		return nil
	}
	r.client = client
	limit := min(patience, r.options.Remote.Timeout)
	if len(r.options.Credentials.Helpers) > 0 { // which may have somebody log in
		limit += r.options.Credentials.HelperTimeout
	}
	ctx, cancel := context.WithTimeoutCause(r.ctx, limit, fmt.Errorf("no answer within %v", limit))
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		r.failed(&r.reading, err)
		return nil
	}
	return r
}

// failed says that the service can't be used, or not for writing, unless that
// is known.
func (r *ccRemote) failed(o *outage, err error) {
	if r.ctx.Err() != nil { // it isn't the service's fault
		return
	}
	r.report.Do(func() {
		what := "use"
		if o == &r.writing {
			what = "write to"
		}
		switch remembered, news := o.begin(); {
		case !remembered:
			r.terminal.Print("warning: can't %s the remote cache, going on without: %v", what, err)
		case news:
			r.terminal.Print("warning: can't %s the remote cache, going on without, and asking it again once a minute: %v", what, err)
		default:
			r.terminal.Verbose("still can't %s the remote cache: %v", what, err)
		}
	})
}

// Lookup is part of action.Cache.
func (r *ccRemote) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	result, err := r.client.Lookup(ctx, a)
	if err == nil {
		r.reading.end()
	}
	return result, r.checked(&r.reading, err)
}

// Store is part of action.Cache.
func (r *ccRemote) Store(ctx context.Context, a *action.Action, result *action.Result) error {
	if r.skips() {
		return errNotWritten
	}
	err := r.client.Store(ctx, a, result)
	if err == nil {
		r.writing.end()
		if !r.client.Keeps() {
			r.unstored.Do(func() { r.terminal.Verbose("%s", r.client.Storing()) })
		}
	}
	return r.checked(&r.writing, err)
}

var errNotWritten = fmt.Errorf("it couldn't be written less than %v ago", outageLasts)

// checked looks whether an error means that the service is of no use any more.
func (r *ccRemote) checked(o *outage, err error) error {
	if errors.Is(err, reapi.ErrNoRoom) { // nor for what the next compilations write
		r.failed(o, err)
	} else if err != nil {
		if down := r.client.Ready(r.ctx); down != nil {
			r.failed(o, down)
		}
	}
	return err
}

// close ends all that was started for the service.
func (r *ccRemote) close() {
	if r.client != nil {
		_ = r.client.Close()
	}
}
