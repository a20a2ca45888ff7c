package bitcode

import "math"

// layouts are streams of every shape that a shard may take. Each builds one
// that holds two module paths, and nothing else that looks like one.
var layouts = []struct {
	name  string
	build func(canonical bool, a, b string) []byte
}{
	{"as lld writes it", func(canonical bool, a, b string) []byte {
		return shard(canonical, a, b)
	}},
	{"no abbreviations", func(canonical bool, a, b string) []byte {
		s := newStream(canonical)
		s.block(moduleID, 2, func() {
			s.block(moduleStrtabID, 2, func() {
				s.entry(7, a)
				s.record(hashCode, 1, 2, 3, 4, math.MaxUint32)
				s.entry(7, b) // the same id again
			})
		})
		return s.data
	}},
	{"records of unknown codes", func(canonical bool, a, b string) []byte {
		s := newStream(canonical)
		s.block(moduleID, 3, func() {
			s.block(moduleStrtabID, 32, func() {
				s.record(0)
				s.entry(math.MaxUint64, a)
				s.record(99, math.MaxUint64, 0, 1<<63)
				s.entry(1<<32, b)
				s.record(3, 300)
			})
		})
		return s.data
	}},
	{"wrapper header", func(canonical bool, a, b string) []byte {
		return wrap(shard(canonical, a, b), "")
	}},
	{"wrapper header and odd trailer", func(canonical bool, a, b string) []byte {
		return wrap(shard(canonical, a, b), "odd")
	}},
	{"trailing padding", func(canonical bool, a, b string) []byte {
		return append(shard(canonical, a, b), make([]byte, 12)...)
	}},
	{"unknown blocks", func(canonical bool, a, b string) []byte {
		s := newStream(canonical)
		s.opaque(13, 5)
		s.opaque(500, 32)
		s.block(moduleID, 9, func() {
			s.opaque(501, 4)
			s.strtab(a, b)
			s.opaque(502, 0) // such ids can't be read, nor need to be
			s.opaque(503, 60)
		})
		s.opaque(504, 4)
		s.opaque(moduleStrtabID, 3) // has a meaning in MODULE_BLOCK only
		return s.data
	}},
	{"abbreviations in BLOCKINFO", func(canonical bool, a, b string) []byte {
		s := newStream(canonical)
		mixed := []operand{{fixed, 20}, {fixed, 0}, {vbr, 0}, {array, 0}, {vbr, 4}}
		local := []operand{{vbr, 6}, {vbr, 8}, {array, 0}, {vbr, 6}}
		s.block(blockInfoID, 2, func() {
			s.record(setBIDCode, moduleStrtabID)
			s.define(strtabLayouts[0]...)
			s.record(setBIDCode, 17)
			s.define(strtabLayouts[3]...)
			s.record(3, 'x') // SETRECORDNAME
			s.opaque(505, 2)
		})
		s.block(moduleID, 3, func() {
			s.block(blockInfoID, 3, func() {
				s.record(setBIDCode, moduleStrtabID)
				s.define(mixed...)
			})
			s.block(moduleStrtabID, 4, func() {
				s.define(local...)
				s.path(firstAbbrev+2, local, 0, a)
				s.abbreviated(firstAbbrev+1, mixed, 99_999, 0, 0, 1, 20, 300)
				s.path(firstAbbrev, strtabLayouts[0], 1, b)
			})
		})
		return s.data
	}},
	{"abbreviations in BLOCKINFO within their own block", func(canonical bool, a, b string) []byte {
		s := newStream(canonical)
		own := []operand{{literal, 500}, {fixed, 3}}
		s.block(blockInfoID, 2, func() {
			s.record(setBIDCode, moduleID)
			for range 3 {
				s.define(operand{literal, 600})
			}
		})
		s.block(moduleID, 3, func() {
			s.define(own...)
			s.block(blockInfoID, 3, func() {
				s.record(setBIDCode, moduleID)
				s.define(operand{literal, 700}, operand{fixed, 32})
			})
			s.abbreviated(firstAbbrev+3, own, 500, 7)
			s.strtab(a, b)
		})
		return s.data
	}},
	{"abbreviated records in MODULE_BLOCK", func(canonical bool, a, b string) []byte {
		s := newStream(canonical)
		text := []operand{{literal, 16}, {array, 0}, {char6, 0}}
		mixed := []operand{{vbr, 6}, {literal, 1 << 40}, {fixed, 32}, {vbr, 32}, {char6, 0}, {array, 0}, {fixed, 1}}
		bytes := []operand{{literal, 500}, {fixed, 3}, {blob, 0}}
		s.block(moduleID, 3, func() {
			s.define(text...)
			s.define(mixed...)
			s.define(bytes...)
			s.abbreviated(4, text, 16, 'a', '_', 'Z')
			s.abbreviated(5, mixed, 12345, 1<<40, math.MaxUint32, math.MaxUint64, '.', 1, 0, 1)
			s.abbreviated(6, bytes, 500, 5, 0xff, 0xff, 0xff, 0xff, 0xff)
			s.strtab(a, b)
			s.abbreviated(6, bytes, 500, 5)
			s.abbreviated(4, text, 16)
		})
		return s.data
	}},
}
