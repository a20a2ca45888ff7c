package bitcode

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// A stream builds the bitstreams that the tests read.
type stream struct {
	writer
	canonical bool // write MODULE_STRTAB_BLOCK as Rename does
	plain     bool // without abbreviations: in that block of a canonical stream
}

func newStream(canonical bool) *stream {
	s := &stream{canonical: canonical}
	s.id = 2
	s.fixed(magic, 32)
	return s
}

// block writes a block with what body writes into it.
func (s *stream) block(id uint64, width int, body func()) {
	outer, outerPlain := s.id, s.plain
	s.plain = s.canonical && id == moduleStrtabID
	s.fixed(enterSubblock, outer)
	s.vbr(id, 8)
	s.vbr(uint64(width), 4)
	s.align()
	length := len(s.data)
	s.fixed(0, 32)
	s.id = width
	body()
	s.fixed(endBlock, width)
	s.align()
	s.id, s.plain = outer, outerPlain
	binary.LittleEndian.PutUint32(s.data[length:], uint32(len(s.data)-length-4)/4)
}

// record writes a record without an abbreviation.
func (s *stream) record(code uint64, ops ...uint64) {
	s.writer.record(record{code, ops})
}

// define writes the definition of an abbreviation.
func (s *stream) define(layout ...operand) {
	if s.plain {
		return
	}
	s.fixed(defineAbbrev, s.id)
	s.vbr(uint64(len(layout)), 5)
	for _, op := range layout {
		switch op.encoding {
		case literal:
			s.fixed(1, 1)
			s.vbr(op.value, 8)
		case fixed, vbr:
			s.fixed(uint64(op.encoding)<<1, 4)
			s.vbr(op.value, 5)
		default:
			s.fixed(uint64(op.encoding)<<1, 4)
		}
	}
}

// abbreviated writes a record, its code first, with an abbreviation id of the
// given layout.
func (s *stream) abbreviated(id uint64, layout []operand, values ...uint64) {
	if s.plain {
		s.record(values[0], values[1:]...)
		return
	}
	s.fixed(id, s.id)
	for i, op := range layout {
		switch op.encoding {
		case array:
			s.vbr(uint64(len(values)-i), 6)
			for _, v := range values[i:] {
				s.scalar(layout[i+1], v)
			}
			return
		case blob:
			s.vbr(uint64(len(values)-i), 6)
			s.align()
			for _, v := range values[i:] {
				s.fixed(v, 8)
			}
			s.align()
		default:
			s.scalar(op, values[i])
		}
	}
}

func (s *stream) scalar(op operand, v uint64) {
	switch op.encoding {
	case fixed:
		s.fixed(v, int(op.value))
	case vbr:
		if op.value > 0 {
			s.vbr(v, int(op.value))
		}
	case char6:
		s.fixed(uint64(strings.IndexByte(char6Alphabet, byte(v))), 6)
	}
}

// The abbreviations that writeModStrings defines, in its order.
var strtabLayouts = [][]operand{
	{{literal, entryCode}, {vbr, 8}, {array, 0}, {fixed, 8}},
	{{literal, entryCode}, {vbr, 8}, {array, 0}, {fixed, 7}},
	{{literal, entryCode}, {vbr, 8}, {array, 0}, {char6, 0}},
	{{literal, hashCode}, {fixed, 32}, {fixed, 32}, {fixed, 32}, {fixed, 32}, {fixed, 32}},
}

// path writes an ENTRY record with an abbreviation.
func (s *stream) path(id uint64, layout []operand, number uint64, path string) {
	values := []uint64{entryCode, number}
	for _, c := range []byte(path) {
		values = append(values, uint64(c))
	}
	s.abbreviated(id, layout, values...)
}

// strtab writes a MODULE_STRTAB_BLOCK the way writeModStrings does, with the
// narrowest abbreviation that each path allows.
func (s *stream) strtab(paths ...string) {
	s.block(moduleStrtabID, 3, func() {
		for _, layout := range strtabLayouts {
			s.define(layout...)
		}
		for i, p := range paths {
			id := firstAbbrev
			switch {
			case isChar6(p):
				id += 2
			case isASCII(p):
				id++
			}
			s.path(uint64(id), strtabLayouts[id-firstAbbrev], uint64(i), p)
			s.abbreviated(firstAbbrev+3, strtabLayouts[3], hashCode, math.MaxUint32, 2, 3, uint64(i), 1<<31)
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c > 0x7f })
}

func isChar6(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !strings.ContainsRune(char6Alphabet, c) })
}

// opaque writes a block whose content isn't a bitstream.
func (s *stream) opaque(id uint64, width int) {
	s.block(id, width, func() {
		for range 10 {
			s.fixed(math.MaxUint32, 32)
		}
	})
}

// shard builds a shard as lld writes it.
func shard(canonical bool, paths ...string) []byte {
	s := newStream(canonical)
	s.block(moduleID, 3, func() {
		s.record(1, 2)
		s.strtab(paths...)
		s.opaque(20, 4) // GLOBALVAL_SUMMARY_BLOCK
	})
	s.opaque(23, 3) // STRTAB_BLOCK
	return s.data
}

// wrap puts data behind a wrapper header, and trailer behind it.
func wrap(data []byte, trailer string) []byte {
	var header []byte
	for _, word := range []int{wrapperMagic, 0, wrapperSize, len(data), 7} {
		header = binary.LittleEndian.AppendUint32(header, uint32(word))
	}
	return slices.Concat(header, data, []byte(trailer))
}
