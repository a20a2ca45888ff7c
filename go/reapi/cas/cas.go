// Package cas moves blobs to and from the Content Addressable Storage of a Remote
// Execution API service.
//
// Each blob is uploaded at most once per link, and only if the service lacks it;
// small blobs share batches, large ones are streams. What is downloaded is
// verified against its digest. The package also finds and replaces blobs that are
// damaged in the CAS, and notices when the CAS is full. It knows digests and
// bytes; package reapi knows what they are for.
package cas

import (
	"context"
	"sync/atomic"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/semaphore"
	bspb "google.golang.org/genproto/googleapis/bytestream"

	"thinrex/go/digest"
	"thinrex/go/reapi/rpc"
)

// Options say how blobs are named and moved.
type Options struct {
	Instance string
	Function digest.Function
	Retries  int // of one call

	// Limits waits until the service has told its capabilities, and returns those
	// that matter here. It returns an answer that is there also when its context has
	// ended.
	Limits func(context.Context) (Limits, error)
}

// Limits are what a service takes and offers for blobs.
type Limits struct {
	MaxBatch   int64 // bytes of a batch message
	BatchZstd  bool
	StreamZstd bool
}

// CallsAtOnce is how many calls a Client makes at the same time at most, beside
// one download for each caller.
const CallsAtOnce = queriesAtOnce + 2*batchesAtOnce + streamsAtOnce

// A Client is one link's way to a CAS. It is safe for concurrent use.
type Client struct {
	wire      *wire
	uploads   *uploads
	downloads *downloads
	damage    *damage
	memory    *semaphore.Weighted // bytes of outputs that may be in memory
}

// wire is what uploads and downloads share.
type wire struct {
	opts       Options
	service    *rpc.Service
	ctx        context.Context // ends with Close
	cancel     context.CancelFunc
	background *background // the goroutines that serve several callers
	blobs      repb.ContentAddressableStorageClient
	streams    bspb.ByteStreamClient
	encoder    *zstd.Encoder

	uploaded, downloaded atomic.Int64 // bytes that went over the wire
}

// New returns a client of the CAS of a service. ctx bounds its life.
func New(ctx context.Context, s *rpc.Service, o Options) (*Client, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	w := &wire{
		opts:       o,
		service:    s,
		background: newBackground(),
		blobs:      repb.NewContentAddressableStorageClient(s.Conn()),
		streams:    bspb.NewByteStreamClient(s.Conn()),
		encoder:    encoder,
	}
	w.ctx, w.cancel = context.WithCancel(ctx)
	d := newDamage()
	return &Client{
		wire:      w,
		uploads:   newUploads(w),
		downloads: newDownloads(w, d),
		damage:    d,
		memory:    semaphore.NewWeighted(heldAtOnce),
	}, nil
}

// Close ends all calls, and waits for the goroutines that make them.
func (c *Client) Close() {
	c.wire.cancel()
	c.wire.background.Wait()
}

// Traffic returns the bytes of blobs that went over the wire.
func (c *Client) Traffic() (uploaded, downloaded int64) {
	return c.wire.uploaded.Load(), c.wire.downloaded.Load()
}

// heldAtOnce bounds the outputs that are in memory at once, in bytes.
const heldAtOnce = 128 << 20

// Memory is a share of the memory that outputs may take.
type Memory struct {
	all  *semaphore.Weighted
	size int64
}

// Reserve waits until there is memory for size bytes. Larger outputs get all the
// memory there is. The caller releases it.
func (c *Client) Reserve(ctx context.Context, size int64) (Memory, error) {
	m := Memory{c.memory, min(size, heldAtOnce)}
	if err := c.memory.Acquire(ctx, m.size); err != nil {
		return Memory{}, context.Cause(ctx)
	}
	return m, nil
}

// Release gives the memory back.
func (m Memory) Release() { m.all.Release(m.size) }
