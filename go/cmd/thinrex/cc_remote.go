//go:build !front

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"thinrex/go/action"
	"thinrex/go/outage"
	"thinrex/go/reapi"
	"thinrex/go/report"
)

// patience is how long the first answer of a service may take: one that is silent costs
// each build so long, and each compilation that tries it again.
const patience = 5 * time.Second

// newCompileRemote returns the remote cache of a compilation, nil for none: see newCCRemote.
func newCompileRemote(ctx context.Context, o *options, stateDir string, terminal *report.Terminal) *outage.Cache {
	return newCCRemote(ctx, o, stateDir, terminal, compileMnemonic, func(*reapi.Client) {})
}

// newCCRemote returns the remote cache of one compilation, nil for none. It connects
// when it is first used, and then calls connected. Services list its action by the mnemonic.
func newCCRemote(
	ctx context.Context, o *options, stateDir string, terminal *report.Terminal,
	mnemonic string, connected func(*reapi.Client),
) *outage.Cache {
	if o.Remote.Cache == "" && o.Remote.Executor == "" {
		return nil
	}
	first := min(patience, o.Remote.Timeout)
	if len(o.Credentials.Helpers) > 0 { // which may have somebody log in
		first += o.Credentials.HelperTimeout
	}
	return outage.New(ctx, outage.Options{
		StateDir: stateDir,
		Caller:   callerOf(o),
		Dial: func() (outage.Service, error) {
			client, err := dial(ctx, o, mnemonic, 1, terminal)
			if err != nil {
				return nil, err
			}
			connected(client)
			return &ccClient{Client: client, verbose: terminal.Verbose}, nil
		},
		Patience: first,
		IsFull:   func(err error) bool { return errors.Is(err, reapi.ErrNoRoom) },
		Warn:     func(format string, args ...any) { terminal.Print("warning: "+format, args...) },
		Verbose:  terminal.Verbose,
	})
}

// callerOf names the service and the kinds of credentials that are shown to it.
func callerOf(o *options) outage.Caller {
	r := &o.Remote
	return outage.Caller{
		Service: []string{r.Cache, r.Executor, r.Proxy, r.Instance, fmt.Sprint(o.Shared.DigestFunction)},
		Credentials: append([]string{r.TLSCertificate, r.TLSClientCertificate, r.TLSClientKey,
			fmt.Sprint(r.GoogleDefaultCredentials)}, o.Credentials.Helpers...),
		Headers: slices.Concat(r.Headers, r.CacheHeaders, r.ExecHeaders),
	}
}

// A ccClient says once, with --verbose, that a service doesn't store the results of
// this compilation, and why.
type ccClient struct {
	*reapi.Client
	verbose func(format string, args ...any)
	once    sync.Once
}

// Store is part of action.Cache.
func (c *ccClient) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	err := c.Client.Store(ctx, a, r)
	if err == nil && !c.Keeps() {
		c.once.Do(func() { c.verbose("%s", c.Storing()) })
	}
	return err
}
