package cas

import (
	"bytes"
	"context"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/rpc"
)

// A request is a blob that is to come in a batch.
type request struct {
	digest digest.Digest
	ctx    context.Context // of the caller
	done   chan struct{}
	data   []byte // valid once done; nil with no error if the blob must be read alone
	err    error  // valid once done
}

// received waits for a blob that is to come in a batch. If it was absent there,
// damaged, or refused for the moment, it is read alone, which shows why.
func (r *downloads) received(ctx context.Context, q *request, limits Limits) ([]byte, error) {
	select {
	case <-q.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if q.err != nil || q.data != nil {
		return q.data, q.err
	}
	return r.readStream(ctx, q.digest, limits)
}

// readBatch reads blobs for several callers in one message. If that fails for
// several actions, each reads its blobs alone: one blob must not spoil other
// actions.
func (r *downloads) readBatch(requests []*request) {
	ctx, shared := r.contextFor(requests)
	blobs, err := r.callBatchRead(ctx, requests)
	if shared {
		err = nil
	}
	for _, q := range requests {
		q.data, q.err = blobs[q.digest], err
		close(q.done)
	}
}

// callBatchRead returns the blobs that the service gives in one message.
func (r *downloads) callBatchRead(ctx context.Context, requests []*request) (map[digest.Digest][]byte, error) {
	limits, err := r.opts.Limits(r.ctx)
	if err != nil {
		return nil, err
	}
	message := &repb.BatchReadBlobsRequest{InstanceName: r.opts.Instance, DigestFunction: pb.Function(r.opts.Function)}
	if limits.BatchZstd {
		message.AcceptableCompressors = []repb.Compressor_Value{repb.Compressor_ZSTD}
	}
	blobs := map[digest.Digest][]byte{}
	for _, q := range requests {
		if _, twice := blobs[q.digest]; !twice && q.ctx.Err() == nil {
			blobs[q.digest] = nil
			message.Digests = append(message.Digests, pb.Digest(q.digest))
		}
	}
	if len(message.Digests) == 0 {
		return nil, nil
	}
	var reply *repb.BatchReadBlobsResponse
	err = r.service.Call(ctx, rpc.BatchReadBlobs, func(ctx context.Context, _ *rpc.Progress) (err error) {
		reply, err = r.blobs.BatchReadBlobs(ctx, message)
		return err
	})
	switch code := status.Code(err); {
	case err == nil:
	case code == codes.Unimplemented:
		r.noBatch.Store(true)
		return nil, nil
	case code == codes.NotFound: // one blob is missing, and the service fails the whole call
		return nil, nil
	case rpc.IsTooLarge(err): // one blob is longer than its digest says
		return nil, nil
	default:
		return nil, err
	}
	for _, entry := range reply.GetResponses() {
		d, err := pb.ParseDigest(entry.GetDigest())
		if err != nil || status.FromProto(entry.GetStatus()).Code() != codes.OK {
			continue
		}
		if data, wanted := blobs[d]; data != nil || !wanted {
			continue
		}
		r.downloaded.Add(int64(len(entry.GetData())))
		compressed := entry.GetCompressor() == repb.Compressor_ZSTD
		blobs[d], _ = r.verified(d, bytes.NewReader(entry.GetData()), compressed) // nil is read alone
	}
	return blobs, nil
}

// contextFor returns the context of a call for all blobs of a batch. It carries
// their subject, unless the blobs are for several actions.
func (r *downloads) contextFor(requests []*request) (ctx context.Context, shared bool) {
	subject := rpc.SubjectOf(requests[0].ctx)
	for _, q := range requests {
		if rpc.SubjectOf(q.ctx) != subject {
			return r.ctx, true
		}
	}
	return rpc.WithSubject(r.ctx, subject), false
}
