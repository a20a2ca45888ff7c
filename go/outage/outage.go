// Package outage makes a remote cache that can't be used cheap for a build of many
// short processes. Each process would wait for the dead service and warn of it. With a
// Cache around the service, the first process that fails leaves a file in the state
// folder; the others find the file and go on without the service. Once a minute one of
// them tries it again.
package outage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"thinrex/go/action"
)

// A Service is a remote cache that can say whether it can be used at all.
type Service interface {
	action.Cache
	// Ready waits for the service's first answer. Its error says why the service can't
	// be used.
	Ready(context.Context) error
	Close() error
}

// Options say which service it is and what to do in its outages.
type Options struct {
	StateDir string                  // of this machine, see package memo; "" to remember nothing
	Caller   Caller                  // outages of other callers don't count
	Dial     func() (Service, error) // called at most once, and not in an outage
	Patience time.Duration           // how long the first answer may take

	// IsFull reports whether the error of a Store means that the service takes nothing
	// more, of other processes neither. It may be nil.
	IsFull func(error) bool

	Warn    func(format string, args ...any) // for the first process of a build that fails
	Verbose func(format string, args ...any)
}

// A Cache is a Service for as long as that can be used, and an empty cache otherwise.
type Cache struct {
	ctx     context.Context
	options Options
	connect func() Service // nil if it can't be used; at most one connection is made
	service Service        // nil until connected

	reading memory
	writing memory // while the service can be read

	// skipsStores is decided once, as the results of one compilation belong together.
	skipsStores func() bool
	report      sync.Once // one process tells of one failure
}

// New returns a cache that connects to the service when it is first used, until ctx
// ends.
func New(ctx context.Context, o Options) *Cache {
	c := &Cache{ctx: ctx, options: o}
	c.reading, c.writing = memoriesOf(o.StateDir, o.Caller)
	c.connect = sync.OnceValue(c.open)
	c.skipsStores = sync.OnceValue(c.writing.lasts)
	return c
}

// Usable connects to the service and reports whether it can be used. Callers that do
// more for a cache than to look into it ask this first.
func (c *Cache) Usable() bool { return c.connect() != nil }

// open returns nil in an outage, and when one begins.
func (c *Cache) open() Service {
	if c.reading.lasts() {
		c.options.Verbose("the remote cache isn't used: it couldn't be used less than %v ago", Lasts)
		return nil
	}
	service, err := c.options.Dial()
	if err != nil {
		c.begin(c.ctx, &c.reading, err)
		return nil
	}
	c.service = service
	patience := c.options.Patience
	ctx, cancel := context.WithTimeoutCause(c.ctx, patience, fmt.Errorf("no answer within %v", patience))
	defer cancel()
	if err := service.Ready(ctx); err != nil {
		c.begin(c.ctx, &c.reading, err)
		return nil
	}
	return service
}

// Lookup is part of action.Cache. In an outage there is nothing to be found.
func (c *Cache) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	service := c.connect()
	if service == nil {
		return nil, nil
	}
	result, err := service.Lookup(ctx, a)
	if err == nil {
		c.reading.forget()
	}
	c.check(ctx, service, &c.reading, err)
	return result, err
}

// ErrSkipped says that a result wasn't stored because an outage is remembered.
var ErrSkipped = errors.New("not stored in the remote cache")

// Store is part of action.Cache.
func (c *Cache) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	service := c.connect()
	switch {
	case service == nil:
		return fmt.Errorf("%w: it can't be used now", ErrSkipped)
	case c.skipsStores():
		return fmt.Errorf("%w: it couldn't be written less than %v ago", ErrSkipped, Lasts)
	}
	err := service.Store(ctx, a, r)
	if err == nil {
		c.writing.forget()
	}
	c.check(ctx, service, &c.writing, err)
	return err
}

// check finds out whether an error is that of one call, or begins an outage.
func (c *Cache) check(ctx context.Context, service Service, m *memory, err error) {
	switch {
	case err == nil:
	case c.options.IsFull != nil && c.options.IsFull(err):
		c.begin(ctx, m, err)
	default:
		if down := service.Ready(ctx); down != nil {
			c.begin(ctx, m, down)
		}
	}
}

// begin remembers that the service can't be used, or not for writing, and warns of it
// unless another process of the build has.
func (c *Cache) begin(ctx context.Context, m *memory, err error) {
	if ctx.Err() != nil { // the compilation was stopped, which says nothing about the service
		return
	}
	c.report.Do(func() {
		what := "use"
		if m == &c.writing {
			what = "write to"
		}
		switch remembered, isNew := m.begin(); {
		case !remembered:
			c.options.Warn("can't %s the remote cache, going on without: %v", what, err)
		case isNew:
			c.options.Warn("can't %s the remote cache, going on without, and trying it again once a minute: %v",
				what, err)
		default:
			c.options.Verbose("still can't %s the remote cache: %v", what, err)
		}
	})
}

// Close ends the connection, if there is one. It must not be called while the cache is
// in use.
func (c *Cache) Close() error {
	if c.service == nil {
		return nil
	}
	return c.service.Close()
}
