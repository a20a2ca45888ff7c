package reapi

import (
	"bytes"
	"context"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
)

// perBlob is more than a blob adds to the size of a batch message beside its
// data: its digest, a status, and what frames them.
const perBlob = 256

// wanted is a blob that is to come in a batch.
type wanted struct {
	digest digest.Digest
	by     context.Context // of the call that needs it
	done   chan struct{}
	data   []byte // once done; nil with no error if it must be read by itself
	err    error  // once done
}

func newReads(c *Client) *batcher[*wanted] {
	return &batcher[*wanted]{atOnce: batchesAtOnce, owner: c.owned, call: c.readBatch, fit: func(waiting []*wanted) int {
		return fitBatch(c, waiting, func(w *wanted) int64 { return w.digest.Size })
	}}
}

// received waits for a blob that is to come in a batch. If it was absent
// there, damaged, or refused for a while, it is read alone, which shows why.
func (c *Client) received(ctx context.Context, w *wanted, offer *offer) ([]byte, error) {
	select {
	case <-w.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if w.err != nil || w.data != nil {
		return w.data, w.err
	}
	return c.read(ctx, w.digest, offer)
}

// readBatch reads blobs for several calls in one message. What fails for
// several is read by each alone: one blob mustn't spoil other actions.
func (c *Client) readBatch(batch []*wanted) {
	ctx, shared := c.onBehalf(batch)
	blobs, err := c.readBlobs(ctx, batch)
	if shared {
		err = nil
	}
	for _, w := range batch {
		w.data, w.err = blobs[w.digest], err
		close(w.done)
	}
}

func (c *Client) readBlobs(ctx context.Context, batch []*wanted) (map[digest.Digest][]byte, error) {
	offer, err := c.cacheOffer(c.ctx)
	if err != nil {
		return nil, err
	}
	request := &repb.BatchReadBlobsRequest{InstanceName: c.opts.Instance, DigestFunction: c.opts.Function.Proto()}
	if offer.batchZstd {
		request.AcceptableCompressors = []repb.Compressor_Value{repb.Compressor_ZSTD}
	}
	blobs := map[digest.Digest][]byte{}
	for _, w := range batch {
		if _, twice := blobs[w.digest]; !twice && w.by.Err() == nil {
			blobs[w.digest] = nil
			request.Digests = append(request.Digests, w.digest.Proto())
		}
	}
	if len(request.Digests) == 0 {
		return nil, nil
	}
	var reply *repb.BatchReadBlobsResponse
	err = c.cache.call(ctx, "BatchReadBlobs", func(ctx context.Context, _ *pulse) (err error) {
		reply, err = c.cas.BatchReadBlobs(ctx, request)
		return err
	})
	switch status.Code(err) {
	case codes.OK:
	case codes.Unimplemented:
		c.noBatch.Store(true)
		return nil, nil
	case codes.NotFound: // of all, for one
		return nil, nil
	default:
		return nil, err
	}
	for _, r := range reply.GetResponses() {
		d, err := digest.FromProto(r.GetDigest())
		if err != nil || status.FromProto(r.GetStatus()).Code() != codes.OK {
			continue
		}
		if data, asked := blobs[d]; data != nil || !asked {
			continue
		}
		c.downloaded.Add(int64(len(r.GetData())))
		blobs[d], _ = c.verified(d, bytes.NewReader(r.GetData()), r.GetCompressor() == repb.Compressor_ZSTD)
	}
	return blobs, nil
}

// onBehalf returns the context of a call for all that is in a batch, which
// names their action, unless several share the batch.
func (c *Client) onBehalf(batch []*wanted) (ctx context.Context, shared bool) {
	action := batch[0].by.Value(actionKey{})
	for _, w := range batch {
		if w.by.Value(actionKey{}) != action {
			return c.ctx, true
		}
	}
	return context.WithValue(c.ctx, actionKey{}, action), false
}
