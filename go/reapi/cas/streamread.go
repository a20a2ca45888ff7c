package cas

import (
	"context"
	"errors"
	"fmt"
	"io"

	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/reapi/rpc"
)

// ErrUnreadable says that the service doesn't give a blob that it refers to, or
// gives other bytes.
var ErrUnreadable = errors.New("is damaged or missing in the CAS")

// readStream downloads a blob in a stream. If it isn't there, or is damaged, the error
// wraps ErrUnreadable. A second attempt begins at the blob's start: some services
// ignore an offset.
func (r *downloads) readStream(ctx context.Context, d digest.Digest, limits Limits) (data []byte, err error) {
	compressed := limits.StreamZstd && d.Size > compressAbove
	name := r.instancePrefix() + r.resourceName(d, compressed)
	var unreadable error
	failures := 0
	err = r.service.Call(ctx, rpc.Read, func(ctx context.Context, p *rpc.Progress) error {
		p.Carries(d.Size)
		stream, err := r.streams.Read(ctx, &bspb.ReadRequest{ResourceName: name})
		if err != nil {
			return err
		}
		content := &streamReader{
			wire:     r.wire,
			stream:   stream,
			progress: p,
			left:     d.Size + d.Size/128 + 1<<16, // zstd may add that much
		}
		data, err = r.verified(d, content, compressed)
		if content.err != nil {
			err = content.err
		}
		if failures++; meansUnreadable(err, failures) { // the service works: other blobs may be readable
			unreadable, err = err, nil
		}
		return err
	})
	if unreadable != nil {
		err = unreadable
	}
	if unreadable != nil || status.Code(err) == codes.NotFound || errors.Is(err, errMismatch) {
		r.damage.note(d)
		err = fmt.Errorf("blob %v %w: %w", d, ErrUnreadable, r.service.Failure(rpc.Read, err))
	}
	return data, err
}

// meansUnreadable reports whether a service can't read one of its own blobs.
// Services that find it damaged answer so (BuildGrid: DATA_LOSS, bazel-remote:
// UNKNOWN). A status that may also be a passing failure counts from the second
// time on.
func meansUnreadable(err error, failures int) bool {
	switch status.Code(err) {
	case codes.DataLoss, codes.OutOfRange:
		return true
	case codes.Unknown, codes.Internal:
		_, answered := status.FromError(err) // not an error of ours
		return answered && failures > 1
	}
	return false
}

// A streamReader is the content of a Read stream.
type streamReader struct {
	*wire
	stream   grpc.ServerStreamingClient[bspb.ReadResponse]
	progress *rpc.Progress
	rest     []byte
	left     int64 // how much more the stream may carry
	err      error // why the stream ended, if not at its end
}

func (s *streamReader) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		reply, err := s.stream.Recv()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			return 0, err
		}
		s.rest = reply.GetData()
		if len(s.rest) == 0 {
			continue // an empty message isn't progress
		}
		s.progress.Moved()
		s.progress.Answered() // not Heard: after a break the download begins anew
		s.downloaded.Add(int64(len(s.rest)))
		if s.left -= int64(len(s.rest)); s.left < 0 {
			return 0, errTooMuch
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// errTooMuch says that a stream carries more than its blob can have.
var errTooMuch = errors.New("the service sends too much")
