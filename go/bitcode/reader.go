package bitcode

import (
	"encoding/binary"
	"fmt"
)

// A reader is a cursor over a bitstream: little-endian, bits counted from the
// lowest. Reading past the end gives zeros and sets failed, so that callers
// check once per step instead of once per field.
type reader struct {
	data   []byte
	pos    int // in bits
	failed bool
}

func (r *reader) end() int { return len(r.data) * 8 }

// fixed reads a number of width bits, at most 64.
func (r *reader) fixed(width int) uint64 {
	if width > r.end()-r.pos {
		r.failed, r.pos = true, r.end()
		return 0
	}
	if width == 0 {
		return 0
	}
	at, shift := r.pos/8, r.pos%8
	r.pos += width
	var buf [9]byte
	copy(buf[:], r.data[at:])
	v := binary.LittleEndian.Uint64(buf[:]) >> shift
	if shift > 0 {
		v |= uint64(buf[8]) << (64 - shift)
	}
	return v << (64 - width) >> (64 - width)
}

// vbr reads a number in chunks of width bits, the highest of which says that
// another chunk follows.
func (r *reader) vbr(width int) uint64 {
	if width < 2 {
		r.failed = r.failed || width == 1
		return 0
	}
	more := uint64(1) << (width - 1)
	var v uint64
	for shift := 0; ; shift += width - 1 {
		chunk := r.fixed(width)
		if part := chunk &^ more; shift < 64 {
			v |= part << shift
		} else if part != 0 {
			r.failed = true
		}
		if chunk&more == 0 || r.failed {
			return v
		}
	}
}

// align moves to the next 32-bit boundary.
func (r *reader) align() { r.pos = (r.pos + 31) &^ 31 }

// Abbreviation ids that the format itself defines.
const (
	endBlock = iota
	enterSubblock
	defineAbbrev
	unabbrevRecord
	firstAbbrev
)

// An operand is one operand of an abbreviation.
type operand struct {
	encoding int // one of the constants below
	value    uint64
}

const (
	literal = iota
	fixedWidth
	vbrWidth
	array // the next operand is that of its elements
	char6
	blob
)

type abbrev []operand

// readAbbrev reads an abbreviation's definition.
func (r *reader) readAbbrev() (abbrev, error) {
	n := r.vbr(5)
	var a abbrev
	for i := uint64(0); i < n; i++ {
		if r.fixed(1) == 1 {
			a = append(a, operand{literal, r.vbr(8)})
		} else {
			encoding := int(r.fixed(3))
			op := operand{encoding: encoding}
			if encoding == fixedWidth || encoding == vbrWidth {
				op.value = r.vbr(5)
			}
			if encoding == literal || encoding > blob || op.value > 64 {
				return nil, fmt.Errorf("bitcode: malformed abbreviation at byte %d", r.pos/8)
			}
			a = append(a, op)
		}
		if r.failed {
			return nil, r.truncated()
		}
	}
	return a, a.validate(r.pos)
}

// validate makes sure that an array is followed by exactly its element, and
// that the code comes first.
func (a abbrev) validate(pos int) error {
	for i, op := range a {
		wrong := op.encoding == array && (i != len(a)-2 || a[i+1].encoding == array || a[i+1].encoding == blob)
		if wrong || op.encoding == blob && i != len(a)-1 {
			return fmt.Errorf("bitcode: malformed abbreviation at byte %d", pos/8)
		}
	}
	if len(a) == 0 || a[0].encoding == array || a[0].encoding == blob {
		return fmt.Errorf("bitcode: abbreviation without a record code at byte %d", pos/8)
	}
	return nil
}

// A record is a code and its operands.
type record struct {
	code    uint64
	ops     []uint64
	hasBlob bool // its bytes aren't kept
}

// readRecord reads the record that follows abbreviation id.
func (r *reader) readRecord(id int, abbrevs []abbrev) (record, error) {
	if id == unabbrevRecord {
		rec := record{code: r.vbr(6)}
		for n := r.vbr(6); n > 0 && !r.failed; n-- {
			rec.ops = append(rec.ops, r.vbr(6))
		}
		return rec, r.check()
	}
	if id-firstAbbrev >= len(abbrevs) {
		return record{}, fmt.Errorf("bitcode: unknown abbreviation %d at byte %d", id, r.pos/8)
	}
	var rec record
	for i, a := 0, abbrevs[id-firstAbbrev]; i < len(a); i++ {
		switch {
		case i == 0:
			rec.code = r.scalar(a[i])
		case a[i].encoding == array:
			i++
			// A hostile count ends at the end of the data, unless elements
			// take no bits.
			n := r.vbr(6)
			if n > uint64(r.end()) {
				r.failed = true
			}
			for ; n > 0 && !r.failed; n-- {
				rec.ops = append(rec.ops, r.scalar(a[i]))
			}
		case a[i].encoding == blob:
			rec.hasBlob = true
			n := r.vbr(6)
			r.align()
			if n > uint64(len(r.data)) || int(n)*8 > r.end()-r.pos {
				r.failed = true
				break
			}
			r.pos += int(n) * 8
			r.align()
		default:
			rec.ops = append(rec.ops, r.scalar(a[i]))
		}
	}
	return rec, r.check()
}

func (r *reader) scalar(op operand) uint64 {
	switch op.encoding {
	case fixedWidth:
		return r.fixed(int(op.value))
	case vbrWidth:
		return r.vbr(int(op.value))
	case char6:
		return uint64("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"[r.fixed(6)])
	}
	return op.value
}

func (r *reader) check() error {
	if r.failed || r.pos > r.end() {
		return r.truncated()
	}
	return nil
}

func (r *reader) truncated() error {
	return fmt.Errorf("bitcode: truncated or malformed before byte %d", r.pos/8)
}
