package cas

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/reapi/rpc"
)

// compressAbove is the size in bytes from which compression is worth it.
const compressAbove = 512

// chunk is how many bytes of a blob one message of a stream carries.
const chunk = 256 << 10

// resourceName returns a blob's name in a stream: "blobs/HASH/SIZE", with the kind
// of content and the digest function. A function whose hashes can be told by their
// length isn't named.
func (w *wire) resourceName(d digest.Digest, zstd bool) string {
	kind, function := "blobs", ""
	if zstd {
		kind = "compressed-blobs/zstd"
	}
	if w.opts.Function != digest.SHA256 {
		function = w.opts.Function.String() + "/"
	}
	return fmt.Sprintf("%s/%s%s/%d", kind, function, d.Hash, d.Size)
}

// instancePrefix is what comes before the names of the instance's resources.
func (w *wire) instancePrefix() string {
	if w.opts.Instance == "" {
		return ""
	}
	return w.opts.Instance + "/"
}

// startStream uploads a blob in the background, in a stream of its own.
func (u *uploads) startStream(t *transfer, limits Limits) {
	u.background.Go(func() {
		select {
		case u.slots <- struct{}{}:
			defer func() { <-u.slots }()
			u.finish(t, u.writeStream(t.Blob, limits))
		case <-u.ctx.Done():
			u.finish(t, context.Cause(u.ctx))
		}
	})
}

// writeStream uploads a blob in a stream.
func (u *uploads) writeStream(b Blob, limits Limits) error {
	compressed := limits.StreamZstd && b.Digest.Size > compressAbove
	tries := u.room.begin()
	ctx, end := u.room.whileOpen(u.ctx)
	defer end()
	err := u.service.Call(ctx, rpc.Write, func(ctx context.Context, p *rpc.Progress) error {
		if err := u.room.checkOpen(); err != nil {
			return err
		}
		p.Carries(b.Digest.Size)
		stream, err := u.streams.Write(ctx)
		if err != nil {
			return err
		}
		name := u.instancePrefix() + "uploads/" + uuid.NewString() + "/" + u.resourceName(b.Digest, compressed)
		w := &streamWriter{wire: u.wire, stream: stream, progress: p, name: name}
		if err := w.send(b, compressed); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		reply, err := stream.CloseAndRecv()
		if err != nil {
			return tries.judge(err)
		}
		// If it had the blob already, a service answers the blob's size, −1 or, for
		// compressed blobs, how much it has read.
		if got := reply.GetCommittedSize(); !compressed && got != b.Digest.Size && got != -1 {
			return status.Errorf(codes.Unavailable, "%d of %d bytes were taken", got, b.Digest.Size)
		}
		u.room.noteTaken()
		return nil
	})
	return u.withAddress(rpc.Write, err)
}

// A streamWriter makes messages of a Write stream of what is written to it. It
// keeps the last bytes back until finish: the last message must carry some bytes
// (Bazel's worker), and must not be sent before the content was seen to have its
// digest.
type streamWriter struct {
	*wire
	stream   grpc.ClientStreamingClient[bspb.WriteRequest, bspb.WriteResponse]
	progress *rpc.Progress
	name     string // sent with the first message
	sent     int64
	held     []byte
}

// send sends a blob's content. io.EOF means that the service wants no more of it,
// and has answered.
func (s *streamWriter) send(b Blob, compressed bool) (err error) {
	switch {
	case !compressed:
		err = s.copyBlob(s, b)
	case b.Digest.Size <= chunk: // without the cost of making an encoder
		var data []byte
		if data, err = b.content(s.opts.Function); err == nil {
			_, err = s.Write(s.encoder.EncodeAll(data, nil))
		}
	default:
		var encoder *zstd.Encoder
		if encoder, err = zstd.NewWriter(s, zstd.WithEncoderConcurrency(1)); err == nil {
			err = s.copyBlob(encoder, b)
			if closing := encoder.Close(); err == nil {
				err = closing
			}
		}
	}
	if err != nil {
		return err
	}
	return s.finish()
}

// copyBlob writes a blob's content, and verifies it.
func (s *streamWriter) copyBlob(w io.Writer, b Blob) error {
	content, err := b.openContent(s.opts.Function)
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.CopyBuffer(onlyWriter{w}, content, make([]byte, chunk))
	return err
}

// onlyWriter hides the methods that would make io.CopyBuffer ignore its buffer.
type onlyWriter struct{ io.Writer }

func (s *streamWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if len(s.held) == chunk {
			if err := s.sendHeld(false); err != nil {
				return 0, err
			}
		}
		n := min(len(rest), chunk-len(s.held))
		s.held, rest = append(s.held, rest[:n]...), rest[n:]
	}
	return len(p), nil
}

// finish sends the last message.
func (s *streamWriter) finish() error { return s.sendHeld(true) }

// sendHeld sends the bytes that were kept back.
func (s *streamWriter) sendHeld(last bool) error {
	err := s.stream.Send(&bspb.WriteRequest{
		ResourceName: s.name,
		WriteOffset:  s.sent,
		Data:         s.held,
		FinishWrite:  last,
	})
	if err != nil {
		return err
	}
	s.name = ""
	s.sent += int64(len(s.held))
	s.uploaded.Add(int64(len(s.held)))
	s.held = make([]byte, 0, chunk) // gRPC may still read the sent one
	s.progress.Moved()
	return nil
}
