package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"thinrex/go/action"
	"thinrex/go/compile"
	"thinrex/go/config"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// A ccRemote is the remote cache as one compilation of many sees it. One that
// can't be used costs the build one wait and one warning, not each of its
// compilations.
type ccRemote struct {
	ctx      context.Context
	options  *config.Options
	terminal *report.Terminal
	outage   outage
	client   *reapi.Client // nil until open
	report   sync.Once
}

// newCCRemote returns the remote cache that the options name. Nothing is asked
// before open.
func newCCRemote(ctx context.Context, o *config.Options, stateDir string, terminal *report.Terminal) *ccRemote {
	r := &ccRemote{ctx: ctx, options: o, terminal: terminal}
	if stateDir != "" {
		service := sha256.Sum256(fmt.Appendf(nil, "%q", []string{o.RemoteCache, o.RemoteExecutor, o.RemoteProxy, o.RemoteInstanceName}))
		r.outage.path = filepath.Join(stateDir, fmt.Sprintf("down-%x", service[:8]))
	}
	return r
}

// patience is how long the first answer of a service may take.
const patience = 5 * time.Second

// open returns nil if there is no remote cache, or it can't be used.
func (r *ccRemote) open() compile.Cache {
	if r.options.RemoteCache == "" && r.options.RemoteExecutor == "" {
		return nil
	}
	if r.outage.lasts() {
		r.terminal.Verbose("the remote cache isn't asked: it couldn't be used less than %v ago", outageLasts)
		return nil
	}
	client, err := dial(r.ctx, r.options, compileMnemonic, 1, r.terminal)
	if err != nil {
		r.failed(err)
		return nil
	}
	r.client = client
	limit := min(patience, r.options.RemoteTimeout)
	if len(r.options.CredentialHelper) > 0 { // which may have somebody log in
		limit += r.options.CredentialHelperTimeout
	}
	ctx, cancel := context.WithTimeoutCause(r.ctx, limit, fmt.Errorf("no answer within %v", limit))
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		r.failed(err)
		return nil
	}
	return r
}

// failed says that the service can't be used, unless that is known.
func (r *ccRemote) failed(err error) {
	if r.ctx.Err() != nil { // it isn't the service's fault
		return
	}
	r.report.Do(func() {
		switch remembered, news := r.outage.begin(); {
		case !remembered:
			r.terminal.Print("warning: can't use the remote cache, going on without: %v", err)
		case news:
			r.terminal.Print("warning: can't use the remote cache, going on without, and asking it again once a minute: %v", err)
		default:
			r.terminal.Verbose("still can't use the remote cache: %v", err)
		}
	})
}

// Lookup is part of compile.Cache.
func (r *ccRemote) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	result, err := r.client.Lookup(ctx, a)
	if err == nil {
		r.outage.end()
	}
	return result, r.checked(err)
}

// Store is part of compile.Cache.
func (r *ccRemote) Store(ctx context.Context, a *action.Action, result *action.Result) error {
	return r.checked(r.client.Store(ctx, a, result))
}

// checked looks whether an error means that the service is of no use any more.
func (r *ccRemote) checked(err error) error {
	if err != nil {
		if down := r.client.Ready(r.ctx); down != nil {
			r.failed(down)
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
