package reapi

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
)

// compressAbove is the size in bytes from which compression is worth it.
const compressAbove = 512

// chunk is how much of a blob one message of a stream carries.
const chunk = 256 << 10

// resource is a blob's name on the wire, "blobs/HASH/SIZE" with what goes
// before it. Functions that hashes tell by their length aren't named.
func (c *Client) resource(d digest.Digest, zstd bool) string {
	kind, function := "blobs", ""
	if zstd {
		kind = "compressed-blobs/zstd"
	}
	if c.opts.Function != digest.SHA256 {
		function = c.opts.Function.String() + "/"
	}
	return fmt.Sprintf("%s/%s%s/%d", kind, function, d.Hash, d.Size)
}

func (c *Client) instancePrefix() string {
	if c.opts.Instance == "" {
		return ""
	}
	return c.opts.Instance + "/"
}

// read returns a blob. One that isn't there, or is damaged, is errBroken. A
// second attempt begins anew: there are services that ignore an offset.
func (c *Client) read(ctx context.Context, d digest.Digest, offer *offer) (data []byte, err error) {
	compressed := offer.streamZstd && d.Size > compressAbove
	name := c.instancePrefix() + c.resource(d, compressed)
	var unreadable error
	failures := 0
	err = c.cache.call(ctx, "Read", func(ctx context.Context, p *pulse) error {
		p.carries(d.Size)
		stream, err := c.bytes.Read(ctx, &bspb.ReadRequest{ResourceName: name})
		if err != nil {
			return err
		}
		r := &streamReader{c: c, stream: stream, pulse: p, left: d.Size + d.Size/128 + 1<<16} // zstd may add that much
		data, err = c.verified(d, r, compressed)
		if r.err != nil {
			err = r.err
		}
		if failures++; saysUnreadable(err, failures) { // an answer: other blobs may well be read
			unreadable, err = err, nil
		}
		return err
	})
	if unreadable != nil {
		err = unreadable
	}
	if unreadable != nil || status.Code(err) == codes.NotFound || isBroken(err) {
		c.damage.note(d)
		err = fmt.Errorf("%w: blob %v %w: %w", errBroken, d, errUnreadable, c.cache.failure("Read", err))
	}
	return data, err
}

// errUnreadable says that the service doesn't give a blob that it refers to.
var errUnreadable = errors.New("is damaged or missing in the CAS")

// saysUnreadable reports whether a service can't read a blob of its own: so
// say those that find that it is damaged (BuildGrid: DATA_LOSS, bazel-remote:
// UNKNOWN). What may be a hiccup counts from the second time on.
func saysUnreadable(err error, failures int) bool {
	switch status.Code(err) {
	case codes.DataLoss, codes.OutOfRange:
		return true
	case codes.Unknown, codes.Internal:
		_, answered := status.FromError(err) // not an error of ours
		return answered && failures > 1
	}
	return false
}

// A streamReader is what a Read stream carries.
type streamReader struct {
	c      *Client
	stream grpc.ServerStreamingClient[bspb.ReadResponse]
	pulse  *pulse
	rest   []byte
	left   int64 // how much more the stream may carry
	err    error // why the stream ended, if not at its end
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
			continue // says nothing
		}
		s.pulse.moved()
		s.pulse.succeeded(s.pulse.method) // not heard: after a break all begins anew
		s.c.downloaded.Add(int64(len(s.rest)))
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

// write uploads a blob.
func (c *Client) write(ctx context.Context, b Blob, offer *offer) error {
	compressed := offer.streamZstd && b.Digest.Size > compressAbove
	space := c.uploads.room.begin()
	ctx, end := space.whileOpen(ctx)
	defer end()
	err := c.cache.call(ctx, "Write", func(ctx context.Context, p *pulse) error {
		if err := c.uploads.room.check(); err != nil {
			return err
		}
		p.carries(b.Digest.Size)
		stream, err := c.bytes.Write(ctx)
		if err != nil {
			return err
		}
		w := &streamWriter{
			c: c, stream: stream, pulse: p,
			name: fmt.Sprintf("%suploads/%s/%s", c.instancePrefix(), uuid.NewString(), c.resource(b.Digest, compressed)),
		}
		if err := c.send(w, b, compressed); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		reply, err := stream.CloseAndRecv()
		if err != nil {
			return space.judge(err)
		}
		// When a blob was there already, services answer its size, −1 or, for
		// a compressed one, how much they have read.
		if got := reply.GetCommittedSize(); !compressed && got != b.Digest.Size && got != -1 {
			return status.Errorf(codes.Unavailable, "%d of %d bytes were taken", got, b.Digest.Size)
		}
		c.uploads.room.took()
		return nil
	})
	return c.namingFull("Write", err)
}

// send sends a blob's content. io.EOF says that the service wants no more of
// it, and has answered.
func (c *Client) send(w *streamWriter, b Blob, compressed bool) (err error) {
	switch {
	case !compressed:
		err = c.copy(w, b)
	case b.Digest.Size <= chunk: // an encoder of its own would be dear
		var data []byte
		if data, err = b.read(c.opts.Function); err == nil {
			_, err = w.Write(c.encoder.EncodeAll(data, nil))
		}
	default:
		var encoder *zstd.Encoder
		if encoder, err = zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); err == nil {
			err = c.copy(encoder, b)
			if closing := encoder.Close(); err == nil {
				err = closing
			}
		}
	}
	if err != nil {
		return err
	}
	return w.finish()
}

func (c *Client) copy(w io.Writer, b Blob) error {
	content, err := b.open(c.opts.Function)
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.CopyBuffer(onlyWriter{w}, content, make([]byte, chunk))
	return err
}

// onlyWriter hides what would make io.CopyBuffer not use its buffer.
type onlyWriter struct{ io.Writer }

// A streamWriter makes messages of a Write stream of what is written to it.
// It keeps the last of it back until finish: that must come with some bytes
// (Bazel's worker), and only after the content turned out to be what its
// digest says.
type streamWriter struct {
	c      *Client
	stream grpc.ClientStreamingClient[bspb.WriteRequest, bspb.WriteResponse]
	pulse  *pulse
	name   string // sent with the first message
	sent   int64
	held   []byte
}

func (s *streamWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if len(s.held) == chunk {
			if err := s.message(false); err != nil {
				return 0, err
			}
		}
		n := min(len(rest), chunk-len(s.held))
		s.held, rest = append(s.held, rest[:n]...), rest[n:]
	}
	return len(p), nil
}

// finish says that all was sent.
func (s *streamWriter) finish() error { return s.message(true) }

func (s *streamWriter) message(last bool) error {
	err := s.stream.Send(&bspb.WriteRequest{ResourceName: s.name, WriteOffset: s.sent, Data: s.held, FinishWrite: last})
	if err != nil {
		return err
	}
	s.name = ""
	s.sent += int64(len(s.held))
	s.c.uploaded.Add(int64(len(s.held)))
	s.held = make([]byte, 0, chunk) // gRPC may still read the other one
	s.pulse.moved()
	return nil
}
