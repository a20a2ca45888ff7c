package reapitest

import (
	"context"
	"errors"
	"io"

	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// byteStreamService serves blobs in streams.
type byteStreamService struct{ *Server }

func (s byteStreamService) Read(req *bspb.ReadRequest, stream bspb.ByteStream_ReadServer) error {
	r, err := s.parseResource(req.GetResourceName(), false)
	if err != nil {
		return err
	}
	data, ok := s.outgoing(r.digest)
	if !ok {
		return missingBlob(r.digest)
	}
	if data, err = s.part(data, req); err != nil {
		return err
	}
	if r.compressed {
		if req.GetReadLimit() != 0 {
			return status.Error(codes.InvalidArgument, "a compressed read has no limit")
		}
		data = s.codec.compress(data)
	}
	for len(data) > 0 {
		n := min(len(data), s.opts.ReadChunk)
		s.seen.transferred(0, n)
		if err := stream.Send(&bspb.ReadResponse{Data: data[:n]}); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// part applies a request's offset and limit.
func (s byteStreamService) part(data []byte, req *bspb.ReadRequest) ([]byte, error) {
	if off := req.GetReadOffset(); !s.opts.IgnoreReadOffset {
		if off < 0 || off > int64(len(data)) {
			return nil, status.Errorf(codes.OutOfRange, "offset %d is outside of %d bytes", off, len(data))
		}
		data = data[off:]
	}
	limit := req.GetReadLimit()
	if limit < 0 {
		return nil, status.Errorf(codes.InvalidArgument, "read limit %d", limit)
	}
	if limit > 0 && limit < int64(len(data)) {
		data = data[:limit]
	}
	return data, nil
}

func (s byteStreamService) Write(stream bspb.ByteStream_WriteServer) error {
	req, err := stream.Recv()
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "a write without a request: %v", err)
	}
	r, err := s.parseResource(req.GetResourceName(), true)
	if err != nil {
		return err
	}
	if !s.opts.StreamsReplace && s.blobs.countUpload(r.digest) { // it is stored already
		s.seen.transferred(len(req.GetData()), 0)
		if r.compressed {
			return s.committed(stream, -1)
		}
		return s.committed(stream, r.digest.Size)
	}
	data, err := s.receive(stream, req, r)
	if err != nil {
		return err
	}
	honest := int64(len(data))
	if r.compressed {
		if data, err = s.codec.decompress(data, r.digest.Size); err != nil {
			return err
		}
	}
	if err := s.upload(r.function, r.digest, data); err != nil {
		return err
	}
	return s.committed(stream, honest)
}

// receive collects the data of an upload until its finish_write.
func (s byteStreamService) receive(
	stream bspb.ByteStream_WriteServer, req *bspb.WriteRequest, r resource,
) ([]byte, error) {
	name, most := req.GetResourceName(), r.digest.Size
	if r.compressed {
		most += most/64 + maxMessage // zstd may grow a little
	}
	data := make([]byte, 0, min(r.digest.Size, 64<<20))
	for {
		s.seen.transferred(len(req.GetData()), 0)
		if n := req.GetResourceName(); n != "" && n != name {
			return nil, status.Errorf(codes.InvalidArgument, "resource name %q in the middle of a write of %q", n, name)
		}
		if req.GetWriteOffset() != int64(len(data)) {
			return nil, status.Errorf(codes.InvalidArgument,
				"write offset %d after %d bytes", req.GetWriteOffset(), len(data))
		}
		data = append(data, req.GetData()...)
		if int64(len(data)) > most {
			return nil, status.Errorf(codes.InvalidArgument, "more than %d bytes for %v", most, r.digest)
		}
		if req.GetFinishWrite() {
			return data, nil
		}
		var err error
		if req, err = stream.Recv(); errors.Is(err, io.EOF) {
			return nil, status.Errorf(codes.InvalidArgument, "write of %v ended without finish_write", r.digest)
		} else if err != nil {
			return nil, err
		}
	}
}

// committed ends a write with the size that the server says it has taken.
func (s byteStreamService) committed(stream bspb.ByteStream_WriteServer, size int64) error {
	if s.opts.CommittedSize != nil {
		size = s.opts.CommittedSize(size)
	}
	return stream.SendAndClose(&bspb.WriteResponse{CommittedSize: size})
}

// QueryWriteStatus knows finished uploads only: an interrupted one is lost.
func (s byteStreamService) QueryWriteStatus(
	_ context.Context, req *bspb.QueryWriteStatusRequest,
) (*bspb.QueryWriteStatusResponse, error) {
	r, err := s.parseResource(req.GetResourceName(), true)
	if err != nil {
		return nil, err
	}
	if !s.blobs.has(r.digest) {
		return nil, status.Errorf(codes.NotFound, "no write of %v", r.digest)
	}
	return &bspb.QueryWriteStatusResponse{CommittedSize: r.digest.Size, Complete: true}, nil
}
