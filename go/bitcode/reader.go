package bitcode

import (
	"encoding/binary"
	"fmt"
)

// A reader is a cursor over a bitstream: little-endian, bits counted from the
// lowest. It keeps the first error and reads zeros from then on, so that
// callers check once per record instead of once per field.
type reader struct {
	data []byte // up to where reading has to stop
	pos  int    // in bits
	err  error
}

func (r *reader) end() int { return len(r.data) * 8 }

// fail keeps the first error, and moves to the end so that every later read
// fails too.
func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("bitcode: "+format, args...)
	}
	r.pos = r.end()
}

// fixed reads a number of width bits, at most maxWidth.
func (r *reader) fixed(width int) uint64 {
	at, shift := r.pos/8, r.pos%8
	if r.pos += width; at+8 <= len(r.data) {
		return binary.LittleEndian.Uint64(r.data[at:]) >> shift & (1<<width - 1)
	}
	if r.pos > r.end() {
		r.fail("unexpected end of a block or of the data at byte %d", len(r.data))
		return 0
	}
	var tail [8]byte
	copy(tail[:], r.data[at:])
	return binary.LittleEndian.Uint64(tail[:]) >> shift & (1<<width - 1)
}

// vbr reads a number in chunks of width bits, the highest of which says that
// another chunk follows.
func (r *reader) vbr(width int) uint64 {
	more := uint64(1) << (width - 1)
	var v uint64
	for shift := 0; ; shift += width - 1 {
		if shift >= 64 {
			r.fail("number of more than 64 bits at byte %d", r.pos/8)
			return 0
		}
		chunk := r.fixed(width)
		part := chunk &^ more
		if part<<shift>>shift != part {
			r.fail("number of more than 64 bits at byte %d", r.pos/8)
			return 0
		}
		v |= part << shift
		if chunk&more == 0 {
			return v
		}
	}
}

// align moves to the next 32-bit boundary.
func (r *reader) align() { r.pos = (r.pos + 31) &^ 31 }

// An encoding says how an abbreviation lays out an operand. Source:
// BitCodeAbbrevOp::Encoding in llvm/include/llvm/Bitstream/BitCodes.h.
type encoding uint8

const (
	literal encoding = iota // a number of this package's own: in the format it is a bit
	fixed
	vbr
	array
	char6
	blob
)

// char6Alphabet has the characters that char6 stands for, by number.
const char6Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"

// maxWidth is the widest field that LLVM writes or reads. Source: MaxChunkSize
// in llvm/include/llvm/Bitstream/BitstreamReader.h.
const maxWidth = 32

// maxOperands bounds an abbreviation, and so the work that a few bits can cause:
// literals take no bits in a record. LLVM's own abbreviations have fewer than 32.
const maxOperands = 64

// An operand is one operand of an abbreviation.
type operand struct {
	encoding encoding
	value    uint64 // a literal's value; the width of fixed and vbr
}

// An abbrev is an abbreviation: the layout of a record.
type abbrev struct {
	scalars []operand // the record's code first
	tail    encoding  // array, blob, or literal if neither follows
	element operand   // of the array
}

// abbrev reads the definition of an abbreviation.
func (r *reader) abbrev() abbrev {
	at := r.pos / 8
	n := r.vbr(5)
	if n > maxOperands {
		r.fail("abbreviation at byte %d: %d operands, the maximum is %d", at, n, maxOperands)
	}
	a := abbrev{scalars: make([]operand, 0, min(n, maxOperands))}
	for i := uint64(1); i <= n && r.err == nil; i++ {
		switch op := r.operand(); op.encoding {
		case array:
			if i++; i != n {
				r.fail("abbreviation at byte %d: array not followed by exactly its element", at)
			}
			a.tail, a.element = array, r.operand()
			if e := a.element.encoding; e == literal || e == array || e == blob {
				r.fail("abbreviation at byte %d: array of what isn't a field", at)
			}
		case blob:
			a.tail = blob
			if i != n {
				r.fail("abbreviation at byte %d: blob before the end", at)
			}
		default:
			a.scalars = append(a.scalars, op)
		}
	}
	if len(a.scalars) == 0 {
		r.fail("abbreviation at byte %d: no record code", at)
	}
	return a
}

// operand reads one operand of an abbreviation's definition. A field of no
// bits is the literal 0, as in LLVM (BitstreamCursor::ReadAbbrevRecord).
func (r *reader) operand() operand {
	at := r.pos / 8
	if r.fixed(1) == 1 {
		return operand{literal, r.vbr(8)}
	}
	op := operand{encoding: encoding(r.fixed(3))}
	switch op.encoding {
	case fixed, vbr:
		op.value = r.vbr(5)
		if op.value == 0 {
			return operand{literal, 0}
		}
		if op.value > maxWidth {
			r.fail("abbreviation operand at byte %d: width %d, the maximum is %d", at, op.value, maxWidth)
		}
	case array, char6, blob:
	default:
		r.fail("abbreviation operand at byte %d: unknown encoding %d", at, op.encoding)
	}
	return op
}
