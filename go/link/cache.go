package link

import (
	"context"
	"errors"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/report"
)

// A cache is the disk cache or the remote cache of a link. A cache that fails is
// no reason to fail a link: the user is told once, and the link goes on without.
type cache struct {
	results  action.Cache // nil for none
	service  string       // its address; "" for the disk cache
	terminal *report.Terminal
	failed   func(verb string, err error)     // tells the user
	begin    func() (end func(answered bool)) // is told of each lookup

	mu        sync.Mutex
	unwritten bool // a Store has failed; no other is tried in this link
}

// lookup returns a sound result, or nil. The error is that the link has ended.
func (c *cache) lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	if c.results == nil {
		return nil, nil
	}
	end := c.begin()
	r, err := c.find(ctx, a)
	end(err == nil)
	return r, err
}

func (c *cache) find(ctx context.Context, a *action.Action) (*action.Result, error) {
	r, err := c.results.Lookup(ctx, a)
	if err != nil {
		if ctx.Err() == nil {
			c.failed("read", err)
		}
		return nil, ctx.Err()
	}
	if r == nil {
		return nil, nil
	}
	if a.Failure(r) != nil {
		r.Done()
		return nil, nil
	}
	r.Service, r.Cached = c.service, true
	return r, nil
}

// store stores a sound result and reports whether the cache has it.
func (c *cache) store(ctx context.Context, a *action.Action, r *action.Result) bool {
	c.mu.Lock()
	skip := c.results == nil || c.unwritten
	c.mu.Unlock()
	if skip {
		return false
	}
	err := c.results.Store(ctx, a, r)
	switch {
	case err == nil:
		return true
	case errors.Is(err, action.ErrDamaged): // of this result alone
		c.terminal.WarnOnce("remote", "compiled here, as the remote cache can't keep it: %v", err)
	case ctx.Err() == nil:
		c.mu.Lock()
		c.unwritten = true
		c.mu.Unlock()
		c.failed("write to", err)
	}
	return false
}

// keepInputs stores what an action reads in the disk cache: --keep_inputs.
func (c *cache) keepInputs(a *action.Action) {
	to, ok := c.results.(interface{ Keep(*action.Action) error })
	if !ok {
		return
	}
	if err := to.Keep(a); err != nil && !errors.Is(err, action.ErrInputChanged) {
		c.failed("keep inputs in", err)
	}
}

// remove removes an action's result from the disk cache.
func (c *cache) remove(a *action.Action) error {
	if from, ok := c.results.(interface{ Remove(digest.Digest) error }); ok {
		return from.Remove(a.Digest)
	}
	return nil
}

// diskCache returns the cache on this machine.
func diskCache(o Options) *cache {
	return &cache{
		results:  o.Cache,
		terminal: o.Terminal,
		begin:    func() func(bool) { return func(bool) {} },
		failed: func(verb string, err error) {
			o.Terminal.WarnOnce("cache", "can't %s the cache, going on without: %v", verb, err)
		},
	}
}

// remoteCache returns the cache of the remote service.
func remoteCache(o Options, w *awaited) *cache {
	c := &cache{terminal: o.Terminal, begin: w.lookup}
	if o.Remote != nil {
		c.results, c.service = o.Remote, o.Remote.Address()
	}
	c.failed = func(verb string, err error) {
		if o.Strategy == Remote && o.Remote.Down() != nil {
			return // the link fails for the same reason, which its error names
		}
		o.Terminal.WarnOnce("remote", "can't %s the remote cache, going on without: %v", verb, err)
	}
	return c
}
