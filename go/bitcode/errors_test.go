package bitcode

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "no magic number at byte 0"},
		{"not bitcode", []byte("\x7fELF and then some more"), "no magic number at byte 0"},
		{"magic only", newStream(false).data, "no MODULE_BLOCK before byte 4"},
		{"padding only", append(newStream(false).data, 0, 0, 0, 0), "no MODULE_BLOCK before byte 4"},
		{"odd size", append(shard(false), 0), "161 bytes at byte 0 aren't a whole number of 32-bit words"},
		{"wrapper too short", wrap(nil, "")[:16], "no magic number at byte 0"},
		{"wrapper around nothing", wrap(nil, ""), "no magic number at byte 20"},
		{"wrapper around something else", wrap([]byte("\x7fELF"), ""), "no magic number at byte 20"},
		{"wrapper with an odd size", wrap(append(shard(false), 0), "abc"),
			"161 bytes at byte 20 aren't a whole number of 32-bit words"},
		{"wrapper with too large a size", put(wrap(shard(false), ""), 12, math.MaxUint32),
			"wrapper at byte 0: bad offset 20 or size 4294967295 for a file of 180 bytes"},
		{"wrapper with too small a size", put(wrap(shard(false), ""), 12, 156),
			"block 23 at byte 132: length 11 words runs past the end"},
		{"wrapper with too large an offset", put(wrap(shard(false), ""), 8, math.MaxUint32-3),
			"wrapper at byte 0: bad offset 4294967292 or size 160 for a file of 180 bytes"},
		{"wrapper with an odd offset", put(wrap(shard(false), "abcd"), 8, 21),
			"wrapper at byte 0: bad offset 21 or size 160 for a file of 184 bytes"},
		{"wrapper within the header", put(wrap(shard(false), "abcd"), 8, 0),
			"wrapper at byte 0: bad offset 0 or size 160 for a file of 184 bytes"},
		{"MODULE_BLOCK too long", put(shard(false, "a.o"), 8, 4000),
			"block 8 at byte 8: length 4000 words runs past the end"},
		{"MODULE_BLOCK much too long", put(shard(false, "a.o"), 8, math.MaxUint32),
			"block 8 at byte 8: length 4294967295 words runs past the end"},
		{"MODULE_BLOCK too short", put(shard(false, "a.o"), 8, 3),
			"block 19 at byte 20: length 13 words runs past the end"},
		{"MODULE_BLOCK without words", put(shard(false, "a.o"), 8, 0),
			"unexpected end of a block or of the data at byte 12"},
		{"MODULE_STRTAB_BLOCK too long", put(shard(false, "a.o"), 20, 4000),
			"block 19 at byte 20: length 4000 words runs past the end"},
		{"MODULE_STRTAB_BLOCK too short", put(shard(false, "a.o"), 20, 8),
			"unexpected end of a block or of the data at byte 56"},
		{"no MODULE_STRTAB_BLOCK", inModule(func(s *stream) { s.opaque(20, 4) }),
			"block 8 at byte 8: no MODULE_STRTAB_BLOCK: not a summary index"},
		{"two MODULE_STRTAB_BLOCKs", inModule(func(s *stream) { s.strtab("a"); s.strtab("b") }),
			"block 19 at byte 76: a second MODULE_STRTAB_BLOCK"},
		{"two MODULE_BLOCKs", append(shard(false, "a"), shard(false, "b")[4:]...),
			"block 8 at byte 188: a second MODULE_BLOCK"},
		{"FUNCTION_BLOCK", inModule(func(s *stream) { s.strtab("a"); s.opaque(functionID, 4) }),
			"block 8 at byte 8: FUNCTION_BLOCK or VSTOFFSET at byte 72: a full module, not a summary index"},
		{"VSTOFFSET", inModule(func(s *stream) { s.record(vstOffsetCode, 100); s.strtab("a") }),
			"block 8 at byte 8: FUNCTION_BLOCK or VSTOFFSET at byte 12: a full module, not a summary index"},
		{"END_BLOCK too early", strtab(func(s *stream) { s.fixed(endBlock, 32) }),
			"block 19 at byte 16: ends at byte 24, its length says 28"},
		{"nested block", strtab(func(s *stream) { s.opaque(600, 4) }),
			"block 600 at byte 24: unexpected in MODULE_STRTAB_BLOCK"},
		{"blob", strtab(func(s *stream) {
			layout := []operand{{literal, 9}, {blob, 0}}
			s.define(layout...)
			s.abbreviated(firstAbbrev, layout, 9, 'x')
		}), "record at byte 22: unexpected blob in MODULE_STRTAB_BLOCK"},
		{"ENTRY without id", strtab(func(s *stream) { s.record(entryCode) }),
			"record at byte 20: ENTRY without a module id"},
		{"wide character", strtab(func(s *stream) { s.record(entryCode, 0, 'a', 256) }),
			"record at byte 20: character 256 of a path isn't a byte"},
		{"undefined abbreviation", strtab(func(s *stream) { s.fixed(firstAbbrev, s.id) }),
			"record at byte 20: undefined abbreviation 4"},
		{"65-bit number", strtab(func(s *stream) { s.fixed(unabbrevRecord, s.id); s.vbr(1, 6); s.vbr(1, 6); wide(s) }),
			"number of more than 64 bits at byte 31"},
		{"many operands", strtab(func(s *stream) {
			s.fixed(unabbrevRecord, s.id)
			s.vbr(2, 6)
			s.vbr(math.MaxUint64, 6)
		}),
			"unexpected end of a block or of the data at byte 32"},
		{"long array", strtab(func(s *stream) {
			s.define(strtabLayouts[0]...)
			s.fixed(firstAbbrev, s.id)
			s.vbr(0, 8)
			s.vbr(math.MaxUint64, 6)
		}), "unexpected end of a block or of the data at byte 40"},
		{"long blob", strtab(func(s *stream) {
			s.define(operand{literal, 9}, operand{blob, 0})
			s.fixed(firstAbbrev, s.id)
			s.vbr(math.MaxUint64, 6)
		}), "record at byte 22: blob of 18446744073709551615 bytes runs past the end"},
		{"empty abbreviation", strtab(func(s *stream) { s.define() }), "abbreviation at byte 20: no record code"},
		{"abbreviation of an array", strtab(func(s *stream) { s.define(operand{array, 0}, operand{char6, 0}) }),
			"abbreviation at byte 20: no record code"},
		{"array in the middle", strtab(func(s *stream) {
			s.define(operand{literal, 1}, operand{array, 0}, operand{fixed, 8}, operand{fixed, 8})
		}), "abbreviation at byte 20: array not followed by exactly its element"},
		{"array at the end", strtab(func(s *stream) { s.define(operand{literal, 1}, operand{array, 0}) }),
			"abbreviation at byte 20: array not followed by exactly its element"},
		{"array of arrays", strtab(func(s *stream) {
			s.define(operand{literal, 1}, operand{array, 0}, operand{array, 0})
		}),
			"abbreviation at byte 20: array of what isn't a field"},
		{"array of nothing", strtab(func(s *stream) {
			s.define(operand{literal, 1}, operand{array, 0}, operand{fixed, 0})
		}),
			"abbreviation at byte 20: array of what isn't a field"},
		{"blob in the middle", strtab(func(s *stream) {
			s.define(operand{literal, 1}, operand{blob, 0}, operand{fixed, 8})
		}),
			"abbreviation at byte 20: blob before the end"},
		{"unknown encoding", strtab(func(s *stream) { s.define(operand{literal, 1}, operand{7, 0}) }),
			"abbreviation operand at byte 22: unknown encoding 7"},
		{"wide field", strtab(func(s *stream) { s.define(operand{literal, 1}, operand{fixed, 33}) }),
			"abbreviation operand at byte 22: width 33, the maximum is 32"},
		{"long abbreviation", strtab(func(s *stream) { s.define(make([]operand, maxOperands+1)...) }),
			"abbreviation at byte 20: 65 operands, the maximum is 64"},
		{"ids of 1 bit", inModule(func(s *stream) { s.opaque(moduleStrtabID, 1) }),
			"block 19 at byte 16: abbreviation ids of 1 bits"},
		{"ids of 33 bits", inModule(func(s *stream) { s.opaque(moduleStrtabID, 33) }),
			"block 19 at byte 16: abbreviation ids of 33 bits"},
		{"BLOCKINFO with ids of 1 bit", inModule(func(s *stream) { s.opaque(blockInfoID, 1) }),
			"block 0 at byte 16: abbreviation ids of 1 bits"},
		{"BLOCKINFO without SETBID", inModule(func(s *stream) {
			s.block(blockInfoID, 3, func() { s.define(operand{literal, 1}) })
		}), "abbreviation at byte 20: no SETBID says for which blocks"},
		{"SETBID without id", inModule(func(s *stream) { s.block(blockInfoID, 3, func() { s.record(setBIDCode) }) }),
			"record at byte 20: SETBID without a block id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.data)
			checkError(t, err, test.want)
		})
	}
}

// TestTruncated cuts off a shard everywhere. What remains is a shard only if
// the cut is between two top-level blocks.
func TestTruncated(t *testing.T) {
	whole := shard(false, "a.o", "ü (1).o")
	moduleEnd := 12 + 4*int(binary.LittleEndian.Uint32(whole[8:]))
	for n := range len(whole) {
		if _, err := Parse(whole[:n]); (err == nil) != (n == moduleEnd) {
			t.Errorf("%d of %d bytes, of which MODULE_BLOCK ends at %d: %v", n, len(whole), moduleEnd, err)
		}
	}
	wrapped := wrap(whole, "")
	for n := range len(wrapped) {
		if _, err := Parse(wrapped[:n]); err == nil {
			t.Errorf("%d of %d bytes in a wrapper: no error", n, len(wrapped))
		}
	}
	for _, layout := range layouts {
		data := layout.build(false, "a.o", "ü (1).o")
		for n := range len(data) {
			Parse(data[:n]) // doesn't panic
		}
	}
}

// inModule builds a stream with the given content of MODULE_BLOCK.
func inModule(content func(*stream)) []byte {
	s := newStream(false)
	s.block(moduleID, 3, func() { content(s) })
	return s.data
}

// strtab builds a stream with the given content of MODULE_STRTAB_BLOCK.
func strtab(content func(*stream)) []byte {
	return inModule(func(s *stream) { s.block(moduleStrtabID, 3, func() { content(s) }) })
}

// wide writes a number of more chunks than 64 bits have.
func wide(s *stream) {
	for range 14 {
		s.fixed(1<<5, 6)
	}
}

// put overwrites a word of data.
func put(data []byte, at int, word uint32) []byte {
	binary.LittleEndian.PutUint32(data[at:], word)
	return data
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != "bitcode: "+want {
		t.Errorf("error = %v\n want   bitcode: %s", err, want)
	}
}
