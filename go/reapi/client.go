package reapi

import (
	"context"
	"errors"

	"thinrex/go/action"
	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/rpc"
)

// ErrNoRoom says that the service has no room for uploads. See cas.ErrNoRoom.
var ErrNoRoom = cas.ErrNoRoom

// A Client is one link's way to its services. It is safe for concurrent use.
type Client struct {
	services *services
	cache    *cache
	executor *executor // nil if nothing is executed
}

var (
	_ action.Cache    = (*Client)(nil)
	_ action.Executor = (*Client)(nil)
)

// Dial returns a client. It fails on what can't be right (an address, a
// certificate file); whether a service can be reached turns out later. ctx bounds
// the client's life.
func Dial(ctx context.Context, o Options) (*Client, error) {
	s, err := dialServices(ctx, o)
	if err != nil {
		return nil, err
	}
	blobs, err := cas.New(s.ctx, s.cache, cas.Options{
		Instance: o.Instance,
		Function: o.Function,
		Retries:  o.Retries,
		Limits:   s.blobLimits,
	})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.startAsking()
	c := &Client{services: s, cache: newCache(s, blobs)}
	if s.exec != nil {
		c.executor = newExecutor(s, c.cache)
	}
	return c, nil
}

// Close ends all calls and waits for what they have started.
func (c *Client) Close() error {
	c.services.cancel()
	c.cache.blobs.Close()
	return c.services.close()
}

// Lookup returns the cached result of an action, or nil. The caller releases it
// with Done. An entry whose blobs are gone, or that isn't a result of this action,
// counts as absent; Execute then tells the service not to use it either.
func (c *Client) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	return c.cache.lookup(ctx, a)
}

// Store keeps the result of a local run, if that is wanted of this service. Blobs
// come first, so that the entry never refers to missing ones. Those of them that
// are damaged in the CAS are replaced in any case.
func (c *Client) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	return c.cache.store(ctx, a, r)
}

// Execute has an action executed, or takes the result that the service has cached;
// the caller releases it with Done. The result may be a failure of the compiler.
// An error means that the service failed or couldn't be reached, or it wraps
// action.ErrInputChanged.
//
// Blobs that the service has lost are uploaded again, once. A result that isn't
// one (blobs gone, an empty object) is made anew without the Action Cache, once.
func (c *Client) Execute(ctx context.Context, a *action.Action) (*action.Result, error) {
	return c.executor.execute(ctx, a)
}

// Down returns why nothing is executed any more, nil while something may be.
// Without the cache nothing is, because inputs and outputs go through it.
func (c *Client) Down() error {
	if c.services.exec == nil {
		return nil
	}
	if err := c.services.exec.Down(); err != nil {
		return err
	}
	return c.services.cache.Down()
}

// Ready waits until the service that caches has told its capabilities. An error
// says why it can't be used, or not any more.
func (c *Client) Ready(ctx context.Context) error {
	s := c.services
	if err := s.cache.Down(); err != nil {
		return err
	}
	if _, err := s.cacheOffer(ctx); err != nil {
		return s.cache.Failure(rpc.GetCapabilities, err)
	}
	return nil
}

// SilentCAS returns an error if the CAS has neither answered nor refused in this
// link the query with which each upload begins.
func (c *Client) SilentCAS() error {
	s := c.services.cache
	if !s.NeverAnswered(rpc.FindMissingBlobs) || c.cache.blobs.KnowsDamage() { // damaged blobs are replaced without it
		return nil
	}
	return s.Failure(rpc.FindMissingBlobs, rpc.ErrNoAnswer)
}

// Keeps reports whether results of local runs are to be stored.
func (c *Client) Keeps() bool { return c.cache.keepsResults() }

// Wants reports whether a result is to be given to Store: to be kept, or because the
// service has damaged bytes in place of its own. It is one of a local run, or one that
// this machine made of what the service has under another key.
func (c *Client) Wants(r *action.Result) bool { return c.cache.wants(r) }

// Storing returns a sentence about what became of the results of local runs. It is
// for the end of a link that had some, and doesn't wait: a service that hasn't
// answered until then would delay the end until --remote_timeout.
func (c *Client) Storing() string { return c.cache.describeStoring() }

// Executor is the address of the service that executes.
func (c *Client) Executor() string { return c.services.exec.Address() }

// Address is that of the service that executes or, without one, that caches.
func (c *Client) Address() string {
	if c.services.exec != nil {
		return c.services.exec.Address()
	}
	return c.services.cache.Address()
}

// Traffic returns the bytes of blobs that went over the wire.
func (c *Client) Traffic() (uploaded, downloaded int64) { return c.cache.blobs.Traffic() }

// HostOf returns the host in the address of a service, "" for a Unix socket.
func HostOf(address string) (string, error) { return rpc.HostOf(address) }
