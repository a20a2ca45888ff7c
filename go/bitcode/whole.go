package bitcode

import (
	"encoding/binary"
	"errors"
)

// strtabID is the block with all names of a module's symbols, which comes last.
const strtabID = 23

// CheckWhole returns an error if data isn't bitcode with a module, or ends before one
// of its top-level blocks does. It doesn't look into the blocks.
func CheckWhole(data []byte) error {
	data, err := unwrap(data)
	if err != nil {
		return err
	}
	if len(data) < 4 || binary.LittleEndian.Uint32(data) != magic {
		return errNotBitcode
	}
	names := false
	r := reader{data: data, pos: 32}
	for r.pos+64 < r.end() && r.fixed(2) == enterSubblock { // LLVM accepts up to 7 bytes behind the last block
		names = r.block().id == strtabID || names
	}
	if r.err == nil && !names {
		return errors.New("bitcode: no whole module")
	}
	return r.err
}

// Is reports whether data starts like bitcode, with a wrapper or without.
func Is(data []byte) bool {
	if len(data) < 4 {
		return false
	}
	first := binary.LittleEndian.Uint32(data)
	return first == magic || first == wrapperMagic
}

// unwrap returns the bitcode in a wrapper, or data itself if it has none.
func unwrap(data []byte) ([]byte, error) {
	if len(data) < wrapperSize || binary.LittleEndian.Uint32(data) != wrapperMagic {
		return data, nil
	}
	offset, size := uint64(binary.LittleEndian.Uint32(data[8:])), uint64(binary.LittleEndian.Uint32(data[12:]))
	if offset+size > uint64(len(data)) {
		return nil, errors.New("bitcode: the wrapper goes past the end")
	}
	return data[offset : offset+size], nil
}
