package reapi

import (
	"context"
	"maps"
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
)

// digestsPerQuery keeps a FindMissingBlobs message well below gRPC's limit.
const digestsPerQuery = 10_000

// streamAbove is the size in bytes from which a blob goes by itself where only
// streams may be compressed.
const streamAbove = 4 << 10

// findMissing asks which blobs the service lacks, and sends them on.
func (u *uploads) findMissing(transfers []*transfer) {
	offer, err := u.c.cacheOffer(u.c.ctx)
	if err != nil {
		u.endAll(transfers, err)
		return
	}
	missing, err := u.missing(transfers)
	if err != nil {
		u.endAll(transfers, err)
		return
	}
	var small []*transfer
	for _, t := range transfers {
		switch {
		case !missing[t.Digest]:
			u.end(t, nil)
		case t.Digest.Size+perBlob > offer.maxBatch, t.Digest.Size > streamAbove && offer.streamZstd && !offer.batchZstd:
			u.stream(t, offer)
		default:
			small = append(small, t)
		}
	}
	u.batches.add(small...)
}

func (u *uploads) missing(transfers []*transfer) (map[digest.Digest]bool, error) {
	request := &repb.FindMissingBlobsRequest{InstanceName: u.c.opts.Instance, DigestFunction: u.c.opts.Function.Proto()}
	for _, t := range transfers {
		request.BlobDigests = append(request.BlobDigests, t.Digest.Proto())
	}
	var reply *repb.FindMissingBlobsResponse
	err := u.c.cache.call(u.c.ctx, "FindMissingBlobs", func(ctx context.Context, _ *pulse) (err error) {
		reply, err = u.c.cas.FindMissingBlobs(ctx, request)
		return err
	})
	missing := map[digest.Digest]bool{}
	for _, p := range reply.GetMissingBlobDigests() {
		missing[digest.Digest{Hash: p.GetHash(), Size: p.GetSizeBytes()}] = true
	}
	return missing, err
}

// stream uploads a blob by itself, in the background.
func (u *uploads) stream(t *transfer, offer *offer) {
	u.c.owned.Go(func() {
		select {
		case u.streams <- struct{}{}:
			defer func() { <-u.streams }()
			u.end(t, u.c.write(u.c.ctx, t.Blob, offer))
		case <-u.c.ctx.Done():
			u.end(t, context.Cause(u.c.ctx))
		}
	})
}

// sendBatch uploads blobs in one message, and again those that the service
// could not take just then.
func (u *uploads) sendBatch(batch []*transfer) {
	offer, err := u.c.cacheOffer(u.c.ctx)
	if err != nil {
		u.endAll(batch, err)
		return
	}
	request := &repb.BatchUpdateBlobsRequest{InstanceName: u.c.opts.Instance, DigestFunction: u.c.opts.Function.Proto()}
	waiting := map[digest.Digest]*transfer{}
	for _, t := range batch {
		r, err := u.batchEntry(t, offer)
		if err != nil {
			u.end(t, err)
			continue
		}
		request.Requests = append(request.Requests, r)
		waiting[t.Digest] = t
	}
	if len(waiting) == 0 {
		return
	}
	var settled map[*transfer]error
	space := u.room.begin()
	ctx, end := space.whileOpen(u.c.ctx)
	defer end()
	err = u.c.cache.call(ctx, "BatchUpdateBlobs", func(ctx context.Context, p *pulse) error {
		if err := u.room.check(); err != nil {
			return err
		}
		for _, r := range request.Requests {
			u.c.uploaded.Add(int64(len(r.Data)))
		}
		reply, err := u.c.cas.BatchUpdateBlobs(ctx, request)
		if err != nil {
			return space.judge(err)
		}
		var again error
		settled, again = u.readReply(reply, request, waiting, space)
		if again != nil && len(settled) > 0 { // who waits for these needn't wait for the rest
			p.succeeded(p.method)
			u.endEach(settled)
			settled = nil
		}
		return again
	})
	err = u.c.namingFull("BatchUpdateBlobs", err)
	// Only now: a success that is noted after who waits has gone on would hide
	// that the service fails from then on.
	u.endEach(settled)
	u.endAll(slices.Collect(maps.Values(waiting)), err)
}

// readReply returns how the transfers went that are done with, and leaves in
// waiting and in the request those to send again; the error is then theirs.
func (u *uploads) readReply(
	reply *repb.BatchUpdateBlobsResponse, request *repb.BatchUpdateBlobsRequest, waiting map[digest.Digest]*transfer, space *uploadTry,
) (settled map[*transfer]error, again error) {
	settled = map[*transfer]error{}
	var refused error // for lack of something: one refusal, however many blobs it is of
	for i, r := range reply.GetResponses() {
		p := r.GetDigest()
		if p == nil && len(reply.GetResponses()) == len(request.Requests) { // as Bazel's worker has it
			p = request.Requests[i].Digest
		}
		d := digest.Digest{Hash: p.GetHash(), Size: p.GetSizeBytes()}
		t := waiting[d]
		if t == nil {
			continue
		}
		err := status.FromProto(r.GetStatus()).Err()
		switch {
		case err == nil:
			u.room.took()
		case saysFull(err), saysExhausted(err):
			refused = err
			continue
		case isTransient(err):
			again = err
			continue
		}
		delete(waiting, d)
		if err != nil {
			err = u.c.cache.failure("BatchUpdateBlobs", err)
		}
		settled[t] = err
	}
	if refused != nil {
		again = space.judge(refused)
	}
	if len(waiting) > 0 && again == nil {
		again = status.Error(codes.Internal, "the service said nothing of some blobs")
	}
	request.Requests = slices.DeleteFunc(request.Requests, func(r *repb.BatchUpdateBlobsRequest_Request) bool {
		return waiting[digest.Digest{Hash: r.Digest.Hash, Size: r.Digest.SizeBytes}] == nil
	})
	return settled, again
}

func (u *uploads) batchEntry(t *transfer, offer *offer) (*repb.BatchUpdateBlobsRequest_Request, error) {
	data, err := t.read(u.c.opts.Function)
	if err != nil {
		return nil, err
	}
	r := &repb.BatchUpdateBlobsRequest_Request{Digest: t.Digest.Proto(), Data: data}
	if offer.batchZstd && t.Digest.Size > compressAbove {
		r.Data = u.c.encoder.EncodeAll(data, nil)
		r.Compressor = repb.Compressor_ZSTD
	}
	return r, nil
}
