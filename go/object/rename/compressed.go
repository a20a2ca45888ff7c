package rename

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxPlain bounds how much one compressed section is searched for placeholders: a few
// bytes can stand for gigabytes.
const maxPlain = 1 << 28

// maxWindow bounds the memory for that. LLVM's objects need 4 MiB.
const maxWindow = 32 << 20

// findCompressed reports whether a compressed section holds a placeholder.
func (o *elfObject) findCompressed(n *numbers, content []byte) (bool, error) {
	if len(content) < o.compression {
		return false, errELF
	}
	kind, packed := elf.CompressionType(o.Uint32(content)), bytes.NewReader(content[o.compression:])
	switch kind {
	case elf.COMPRESS_ZLIB:
		plain, err := zlib.NewReader(packed)
		if err != nil {
			return false, err
		}
		return n.findStream(plain)
	case elf.COMPRESS_ZSTD:
		plain, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return false, err
		}
		defer plain.Close()
		return n.findStream(plain)
	}
	return false, fmt.Errorf("%v is not supported", kind)
}

// findStream reports whether a stream holds a placeholder.
func (n *numbers) findStream(plain io.Reader) (bool, error) {
	buffer, kept := make([]byte, 64<<10), 0
	for total := 0; total <= maxPlain; {
		size, err := plain.Read(buffer[kept:])
		total += size
		held := buffer[:kept+size]
		if n.find(held) >= 0 {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(buffer, held[max(0, len(held)-len(n.prefix)+1):])
	}
	return false, errors.New("it is too long")
}
