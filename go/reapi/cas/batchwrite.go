package cas

import (
	"context"
	"maps"
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/rpc"
)

// A batch is blobs that are sent in one message, and again if the service can't
// take them just then.
type batch struct {
	*uploads
	request *repb.BatchUpdateBlobsRequest
	waiting map[digest.Digest]*transfer // those that the service has yet to take
	tries   *uploadTries
}

// sendBatch uploads blobs in one message.
func (u *uploads) sendBatch(transfers []*transfer) {
	limits, err := u.opts.Limits(u.ctx)
	if err != nil {
		u.finishAll(transfers, err)
		return
	}
	b := &batch{
		uploads: u,
		request: &repb.BatchUpdateBlobsRequest{InstanceName: u.opts.Instance, DigestFunction: pb.Function(u.opts.Function)},
		waiting: map[digest.Digest]*transfer{},
		tries:   u.room.begin(),
	}
	for _, t := range transfers {
		r, err := u.batchEntry(t, limits)
		if err != nil {
			u.finish(t, err)
			continue
		}
		b.request.Requests = append(b.request.Requests, r)
		b.waiting[t.Digest] = t
	}
	if len(b.waiting) > 0 {
		b.send()
	}
}

// batchEntry returns a blob as a part of a batch message.
func (u *uploads) batchEntry(t *transfer, limits Limits) (*repb.BatchUpdateBlobsRequest_Request, error) {
	data, err := t.content(u.opts.Function)
	if err != nil {
		return nil, err
	}
	r := &repb.BatchUpdateBlobsRequest_Request{Digest: pb.Digest(t.Digest), Data: data}
	if limits.BatchZstd && t.Digest.Size > compressAbove {
		r.Data = u.encoder.EncodeAll(data, nil)
		r.Compressor = repb.Compressor_ZSTD
	}
	return r, nil
}

// send makes the call, and ends all transfers of the batch.
func (b *batch) send() {
	var settled map[*transfer]error
	ctx, end := b.room.whileOpen(b.ctx)
	defer end()
	err := b.service.Call(ctx, rpc.BatchUpdateBlobs, func(ctx context.Context, p *rpc.Progress) error {
		if err := b.room.checkOpen(); err != nil {
			return err
		}
		for _, r := range b.request.Requests {
			b.uploaded.Add(int64(len(r.Data)))
		}
		reply, err := b.blobs.BatchUpdateBlobs(ctx, b.request)
		if err != nil {
			return b.tries.judge(err)
		}
		var again error
		settled, again = b.settle(reply)
		if again != nil && len(settled) > 0 { // callers of these needn't wait for the rest
			p.Answered()
			b.finishEach(settled)
			settled = nil
		}
		return again
	})
	err = b.withAddress(rpc.BatchUpdateBlobs, err)
	// The transfers end only now, after the success of the call is noted. A success
	// that is noted after callers have gone on would hide that the service fails from
	// then on.
	b.finishEach(settled)
	b.finishAll(slices.Collect(maps.Values(b.waiting)), err)
}

// settle returns the transfers that a reply has ended, with their errors. It
// leaves in the batch those that are to be sent again; the error is then theirs.
func (b *batch) settle(reply *repb.BatchUpdateBlobsResponse) (settled map[*transfer]error, again error) {
	settled = map[*transfer]error{}
	var refused error // for lack of some resource: one refusal, however many blobs it is of
	for i, r := range reply.GetResponses() {
		p := r.GetDigest()
		if p == nil && len(reply.GetResponses()) == len(b.request.Requests) { // Bazel's worker leaves it out
			p = b.request.Requests[i].Digest
		}
		d := digest.Digest{Hash: p.GetHash(), Size: p.GetSizeBytes()}
		t := b.waiting[d]
		if t == nil {
			continue
		}
		err := status.FromProto(r.GetStatus()).Err()
		switch {
		case err == nil:
			b.room.noteTaken()
		case saysFull(err), mayBeFull(err):
			refused = err
			continue
		case rpc.IsTransient(err):
			again = err
			continue
		}
		delete(b.waiting, d)
		if err != nil {
			err = b.service.Failure(rpc.BatchUpdateBlobs, err)
		}
		settled[t] = err
	}
	if refused != nil {
		again = b.tries.judge(refused)
	}
	if len(b.waiting) > 0 && again == nil {
		again = status.Error(codes.Internal, "the service's reply leaves out some blobs")
	}
	b.request.Requests = slices.DeleteFunc(b.request.Requests, func(r *repb.BatchUpdateBlobsRequest_Request) bool {
		return b.waiting[digest.Digest{Hash: r.Digest.Hash, Size: r.Digest.SizeBytes}] == nil
	})
	return settled, again
}
