package reapi

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/semaphore"
	bspb "google.golang.org/genproto/googleapis/bytestream"

	"thinrex/go/digest"
)

// A Client is one link's way to its services. It is safe for concurrent use.
type Client struct {
	opts   Options
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	owned  *owner // of the goroutines that serve several calls

	cache, exec *service // perhaps of one endpoint; exec may be nil
	ac          repb.ActionCacheClient
	cas         repb.ContentAddressableStorageClient
	bytes       bspb.ByteStreamClient
	executor    repb.ExecutionClient

	cacheOffer, execOffer func(context.Context) (*offer, error)

	accepted   atomic.Int64 // executions that the service has taken, while we hear of them
	failures   atomic.Int64 // of executions in a row
	uploads    *uploads
	damage     *damage
	reads      *batcher[*wanted]
	held       *semaphore.Weighted // bytes of outputs in memory
	encoder    *zstd.Encoder
	noBatch    atomic.Bool  // the service has no BatchReadBlobs
	oversized  atomic.Int64 // entries that were too large to be inlined, less those that were not
	stored     atomic.Int64 // results of local runs
	uploaded   atomic.Int64
	downloaded atomic.Int64

	mu     sync.Mutex
	broken map[digest.Digest]bool // actions whose cached result isn't one
}

// Dial returns a client. It fails on what can't be right (an address, a
// certificate file); whether a service can be reached turns out later. ctx
// bounds the client's life.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c := &Client{opts: o, owned: newOwner(), damage: newDamage(), broken: map[digest.Digest]bool{}, held: semaphore.NewWeighted(heldAtOnce)}
	c.ctx, c.cancel = context.WithCancel(ctx)
	if err := c.dial(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	var err error
	if c.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.ac = repb.NewActionCacheClient(c.cache.conn)
	c.cas = repb.NewContentAddressableStorageClient(c.cache.conn)
	c.bytes = bspb.NewByteStreamClient(c.cache.conn)
	if c.exec != nil {
		c.executor = repb.NewExecutionClient(c.exec.conn)
	}
	c.startAsking()
	c.uploads, c.reads = newUploads(c), newReads(c)
	return c, nil
}

func (c *Client) dial() error {
	o := &c.opts
	if o.Executor != "" {
		a, err := parseAddress("remote_executor", o.Executor)
		if err != nil {
			return err
		}
		cacheHeaders := o.CacheHeaders
		if o.Cache != "" && o.Cache != o.Executor {
			cacheHeaders = nil
		}
		e, err := dial(c.ctx, a, cacheHeaders, o.ExecHeaders, o)
		if err != nil {
			return err
		}
		c.exec = e.service(c.ctx, o.Executions)
	}
	if o.Cache == "" || o.Cache == o.Executor {
		c.cache = c.exec.endpoint.service(c.ctx, 0)
		return nil
	}
	a, err := parseAddress("remote_cache", o.Cache)
	if err != nil {
		return err
	}
	e, err := dial(c.ctx, a, o.CacheHeaders, nil, o)
	if err != nil {
		return err
	}
	c.cache = e.service(c.ctx, 0)
	return nil
}

// together reports whether one endpoint is both the cache and the executor.
func (c *Client) together() bool { return c.exec != nil && c.exec.endpoint == c.cache.endpoint }

// Close ends all calls and waits for what they have started.
func (c *Client) Close() error {
	c.cancel()
	c.owned.Wait()
	var errs []error
	if c.cache != nil {
		errs = append(errs, c.cache.close())
	}
	if c.exec != nil && (c.cache == nil || !c.together()) {
		errs = append(errs, c.exec.close())
	}
	return errors.Join(errs...)
}

// Down says why nothing is executed any more, nil while something may be.
// Without the cache nothing is, as inputs and outputs go through it.
func (c *Client) Down() error {
	if c.exec == nil {
		return nil
	}
	for _, s := range []*service{c.exec, c.cache} {
		if s.ctx.Err() != nil {
			return s.failure("", context.Cause(s.ctx))
		}
	}
	return nil
}

// Ready waits until the service that caches has said what it offers. An error
// says why it is of no use, perhaps by now.
func (c *Client) Ready(ctx context.Context) error {
	if c.cache.ctx.Err() != nil {
		return c.cache.failure("", context.Cause(c.cache.ctx))
	}
	if _, err := c.cacheOffer(ctx); err != nil {
		return c.cache.failure("GetCapabilities", err)
	}
	return nil
}

// SilentCAS returns an error if the CAS has neither answered nor refused in this
// link what an upload asks it first.
func (c *Client) SilentCAS() error {
	const first = "FindMissingBlobs"
	if !c.cache.silent(first) || c.damage.any() { // what is damaged is replaced without asking
		return nil
	}
	return c.cache.failure(first, errNoAnswer)
}

// Executor is the address of the service that executes.
func (c *Client) Executor() string { return c.exec.text }

// Address is that of the service that executes or, without one, that caches.
func (c *Client) Address() string {
	if c.exec != nil {
		return c.exec.text
	}
	return c.cache.text
}

// Traffic returns the bytes of blobs that went over the wire.
func (c *Client) Traffic() (uploaded, downloaded int64) {
	return c.uploaded.Load(), c.downloaded.Load()
}
