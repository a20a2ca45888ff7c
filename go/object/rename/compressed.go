package rename

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxPlain bounds how much data is unpacked in the search for placeholders: a few
	// bytes can stand for gigabytes.
	maxPlain = 1 << 28

	// maxWindow bounds the memory for that. LLVM's objects need 4 MiB.
	maxWindow = 32 << 20
)

var errTooMuch = errors.New("there is too much compressed data")

// A search looks for placeholders in the compressed parts of one object.
type search struct {
	*numbers
	buffer []byte
	left   int // how much may still be read
}

func newSearch(n *numbers) *search { return &search{numbers: n, left: maxPlain} }

// findCompressed reports whether a compressed section holds a placeholder.
func (o *elfObject) findCompressed(s *search, content []byte) (bool, error) {
	if len(content) < o.compression {
		return false, errELF
	}
	switch kind, packed := elf.CompressionType(o.Uint32(content)), content[o.compression:]; kind {
	case elf.COMPRESS_ZLIB:
		return s.findZlib(packed)
	case elf.COMPRESS_ZSTD:
		return s.findZstd(packed)
	default:
		return false, fmt.Errorf("%v is not supported", kind)
	}
}

func (s *search) findZlib(packed []byte) (bool, error) {
	plain, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return false, err
	}
	return s.findStream(plain)
}

func (s *search) findZstd(packed []byte) (bool, error) {
	plain, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return false, err
	}
	defer plain.Close()
	return s.findStream(plain)
}

// Sections of names in a profile, in ELF and in COFF.
const (
	profileNames     = "__llvm_prf_names"
	coffProfileNames = ".lprfn$M"
)

// findProfileNames reports whether a section of names that are in a profile holds a
// placeholder. Its parts are compressed one by one.
//
// Source: readAndDecodeStrings in llvm/lib/ProfileData/InstrProf.cpp.
func (s *search) findProfileNames(content []byte) (bool, error) {
	for s.left -= len(content); s.left > 0; {
		content = bytes.TrimLeft(content, "\x00")
		if len(content) == 0 {
			return false, nil
		}
		plain, n := binary.Uvarint(content)
		packed, m := binary.Uvarint(content[max(0, n):])
		if n <= 0 || m <= 0 {
			return false, errors.New("it is damaged")
		}
		content = content[n+m:]
		if packed == 0 {
			packed = plain // not compressed, and already searched
		} else if found, err := s.findZlib(content[:min(packed, uint64(len(content)))]); found || err != nil {
			return found, err
		}
		if packed > uint64(len(content)) {
			return false, errors.New("it is damaged")
		}
		content = content[packed:]
	}
	return false, errTooMuch
}

// findStream reports whether a stream holds a placeholder.
func (s *search) findStream(plain io.Reader) (bool, error) {
	if s.buffer == nil {
		s.buffer = make([]byte, 64<<10)
	}
	const start = 4 << 10 // what it costs to begin
	s.left -= start
	for kept := 0; s.left > 0; {
		size, err := plain.Read(s.buffer[kept:])
		s.left -= size
		held := s.buffer[:kept+size]
		if s.find(held) >= 0 {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(s.buffer, held[max(0, len(held)-len(s.prefix)+1):])
	}
	return false, errTooMuch
}
