package reapitest

import (
	"context"
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
)

// casService serves queries and batches of blobs.
type casService struct {
	repb.UnimplementedContentAddressableStorageServer
	s *Server
}

func (c casService) FindMissingBlobs(
	_ context.Context, req *repb.FindMissingBlobsRequest,
) (*repb.FindMissingBlobsResponse, error) {
	if _, err := c.s.admit(req); err != nil {
		return nil, err
	}
	resp := &repb.FindMissingBlobsResponse{}
	queried := make([]digest.Digest, 0, len(req.GetBlobDigests()))
	for _, p := range req.GetBlobDigests() {
		d, err := parseDigest(p)
		if err != nil {
			return nil, err
		}
		queried = append(queried, d)
		if !c.s.blobs.has(d) {
			resp.MissingBlobDigests = append(resp.MissingBlobDigests, p)
		}
	}
	c.s.seen.countQueries(queried)
	return resp, nil
}

func (c casService) BatchUpdateBlobs(
	_ context.Context, req *repb.BatchUpdateBlobsRequest,
) (*repb.BatchUpdateBlobsResponse, error) {
	f, err := c.s.admit(req)
	if err != nil {
		return nil, err
	}
	if err := c.s.checkBatch(int64(proto.Size(req))); err != nil {
		return nil, err
	}
	resp := &repb.BatchUpdateBlobsResponse{}
	for _, r := range req.GetRequests() {
		c.s.seen.transferred(len(r.GetData()), 0)
		resp.Responses = append(resp.Responses, &repb.BatchUpdateBlobsResponse_Response{
			Digest: r.GetDigest(),
			Status: status.Convert(c.update(f, r)).Proto(),
		})
	}
	return resp, nil
}

// update stores one blob of a batch.
func (c casService) update(f digest.Function, r *repb.BatchUpdateBlobsRequest_Request) error {
	d, err := parseDigest(r.GetDigest())
	if err != nil {
		return err
	}
	data := r.GetData()
	switch {
	case r.GetCompressor() == repb.Compressor_ZSTD && c.s.batchesZstd():
		if data, err = c.s.codec.decompress(data, d.Size); err != nil {
			return err
		}
	case r.GetCompressor() != repb.Compressor_IDENTITY:
		return status.Errorf(codes.InvalidArgument, "compressor %v isn't offered for batches", r.GetCompressor())
	}
	return c.s.upload(f, d, data)
}

func (c casService) BatchReadBlobs(
	_ context.Context, req *repb.BatchReadBlobsRequest,
) (*repb.BatchReadBlobsResponse, error) {
	if _, err := c.s.admit(req); err != nil {
		return nil, err
	}
	var total int64
	for _, p := range req.GetDigests() {
		total += max(p.GetSizeBytes(), 0)
	}
	if err := c.s.checkBatch(total); err != nil {
		return nil, err
	}
	compress := c.s.batchesZstd() && slices.Contains(req.GetAcceptableCompressors(), repb.Compressor_ZSTD)
	resp := &repb.BatchReadBlobsResponse{}
	for _, p := range req.GetDigests() {
		r := &repb.BatchReadBlobsResponse_Response{Digest: p}
		data, err := c.readBlob(p)
		if err == nil && compress {
			data, r.Compressor = c.s.codec.compress(data), repb.Compressor_ZSTD
		}
		r.Data, r.Status = data, status.Convert(err).Proto()
		resp.Responses = append(resp.Responses, r)
		c.s.seen.transferred(0, len(r.Data))
	}
	return resp, nil
}

func (c casService) readBlob(p *repb.Digest) ([]byte, error) {
	d, err := parseDigest(p)
	if err != nil {
		return nil, err
	}
	data, ok := c.s.outgoing(d)
	if !ok {
		return nil, missingBlob(d)
	}
	return data, nil
}

// checkBatch refuses a batch above the announced limit. gRPC itself refuses
// messages above 4 MiB.
func (s *Server) checkBatch(size int64) error {
	limit := s.caps.GetCacheCapabilities().GetMaxBatchTotalSizeBytes()
	if limit > 0 && size > limit {
		return status.Errorf(codes.InvalidArgument, "batch of %d bytes is above the limit of %d", size, limit)
	}
	return nil
}
