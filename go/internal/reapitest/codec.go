package reapitest

import (
	"github.com/klauspost/compress/zstd"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A codec compresses and decompresses with zstd. It is safe for concurrent use.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// maxBlob bounds the size in bytes to which a compressed upload can expand.
const maxBlob = 1 << 30

func newCodec() (*codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBlob), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return nil, err
	}
	return &codec{enc: enc, dec: dec}, nil
}

func (c *codec) compress(data []byte) []byte { return c.enc.EncodeAll(data, nil) }

func (c *codec) decompress(data []byte, size int64) ([]byte, error) {
	out, err := c.dec.DecodeAll(data, make([]byte, 0, min(size, maxMessage)))
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "decompress: %v", err)
	}
	return out, nil
}

func (c *codec) close() {
	c.enc.Close()
	c.dec.Close()
}
