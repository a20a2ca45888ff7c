package cas

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds what a decoder keeps in memory in bytes, whatever a server
// sends.
const maxWindow = 32 << 20

// A decoder is a zstd decoder that is used again later: making one is expensive.
type decoder struct{ *zstd.Decoder }

var decoders sync.Pool

func newDecoder(r io.Reader) (decoder, error) {
	if d, ok := decoders.Get().(*zstd.Decoder); ok {
		return decoder{d}, d.Reset(r)
	}
	d, err := zstd.NewReader(r,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecoderLowmem(true),
	)
	return decoder{d}, err
}

func (d decoder) release() {
	if d.Reset(nil) == nil {
		decoders.Put(d.Decoder)
	}
}
