package cas

import (
	"context"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/rpc"
)

// digestsPerQuery keeps a FindMissingBlobs message well below gRPC's limit.
const digestsPerQuery = 10_000

// streamAbove is the size in bytes from which a blob is sent as a stream where
// only streams may be compressed.
const streamAbove = 4 << 10

// findMissing asks which blobs the service lacks, and sends those.
func (u *uploads) findMissing(transfers []*transfer) {
	limits, err := u.opts.Limits(u.ctx)
	if err != nil {
		u.finishAll(transfers, err)
		return
	}
	missing, err := u.queryMissing(transfers)
	if err != nil {
		u.finishAll(transfers, err)
		return
	}
	var small []*transfer
	for _, t := range transfers {
		size := t.Digest.Size
		switch {
		case !missing[t.Digest]:
			u.finish(t, nil)
		case size+perBlob > limits.MaxBatch, size > streamAbove && limits.StreamZstd && !limits.BatchZstd:
			u.startStream(t, limits)
		default:
			small = append(small, t)
		}
	}
	u.batches.enqueue(small...)
}

// queryMissing returns which blobs the service lacks.
func (u *uploads) queryMissing(transfers []*transfer) (map[digest.Digest]bool, error) {
	request := &repb.FindMissingBlobsRequest{InstanceName: u.opts.Instance, DigestFunction: pb.Function(u.opts.Function)}
	for _, t := range transfers {
		request.BlobDigests = append(request.BlobDigests, pb.Digest(t.Digest))
	}
	var reply *repb.FindMissingBlobsResponse
	err := u.service.Call(u.ctx, rpc.FindMissingBlobs, func(ctx context.Context, _ *rpc.Progress) (err error) {
		reply, err = u.blobs.FindMissingBlobs(ctx, request)
		return err
	})
	missing := map[digest.Digest]bool{}
	for _, p := range reply.GetMissingBlobDigests() {
		missing[digest.Digest{Hash: p.GetHash(), Size: p.GetSizeBytes()}] = true
	}
	return missing, err
}
