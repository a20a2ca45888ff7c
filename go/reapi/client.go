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

	cache, exec *endpoint // may be the same; exec may be nil
	ac          repb.ActionCacheClient
	cas         repb.ContentAddressableStorageClient
	bytes       bspb.ByteStreamClient
	execution   repb.ExecutionClient

	cacheOffer, execOffer func(context.Context) (*offer, error)

	slots      chan struct{} // of executions, nil for any number
	uploads    *uploads
	reads      *batcher[*wanted]
	held       *semaphore.Weighted // bytes of outputs in memory
	encoder    *zstd.Encoder
	noBatch    atomic.Bool // the service has no BatchReadBlobs
	uploaded   atomic.Int64
	downloaded atomic.Int64

	mu     sync.Mutex
	broken map[digest.Digest]bool // actions whose cached result isn't one
}

// Dial returns a client. It fails on what can't be right (an address, a
// certificate file); whether a service can be reached turns out later. ctx
// bounds the client's life.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c := &Client{opts: o, owned: newOwner(), broken: map[digest.Digest]bool{}, held: semaphore.NewWeighted(heldAtOnce)}
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
		c.execution = repb.NewExecutionClient(c.exec.conn)
		c.execOffer = c.offerOf(c.exec)
	}
	if c.cacheOffer = c.execOffer; c.cache != c.exec {
		c.cacheOffer = c.offerOf(c.cache)
	}
	if o.Executions > 0 {
		c.slots = make(chan struct{}, o.Executions)
	}
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
		headers := append(append([]string{}, o.Headers...), o.ExecHeaders...)
		if o.Cache == "" || o.Cache == o.Executor {
			headers = append(headers, o.CacheHeaders...)
		}
		if c.exec, err = dial(c.ctx, a, headers, o); err != nil {
			return err
		}
	}
	if o.Cache == "" || o.Cache == o.Executor {
		c.cache = c.exec
		return nil
	}
	a, err := parseAddress("remote_cache", o.Cache)
	if err != nil {
		return err
	}
	c.cache, err = dial(c.ctx, a, append(append([]string{}, o.Headers...), o.CacheHeaders...), o)
	return err
}

// Close ends all calls and waits for what they have started.
func (c *Client) Close() error {
	c.cancel()
	c.owned.Wait()
	var errs []error
	if c.cache != nil {
		errs = append(errs, c.cache.close())
	}
	if c.exec != nil && c.exec != c.cache {
		errs = append(errs, c.exec.close())
	}
	return errors.Join(errs...)
}

// Down says why the service that executes is of no use any more, nil while
// it may be.
func (c *Client) Down() error {
	if c.exec == nil || c.exec.ctx.Err() == nil {
		return nil
	}
	return c.exec.failure("", context.Cause(c.exec.ctx))
}

// Executor is the address of the service that executes.
func (c *Client) Executor() string { return c.exec.text }

// Traffic returns the bytes of blobs that went over the wire.
func (c *Client) Traffic() (uploaded, downloaded int64) {
	return c.uploaded.Load(), c.downloaded.Load()
}
