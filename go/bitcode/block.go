package bitcode

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Abbreviation ids that the bitstream format itself defines. Source:
// FixedAbbrevIDs in llvm/include/llvm/Bitstream/BitCodes.h.
const (
	endBlock       = 0
	enterSubblock  = 1
	defineAbbrev   = 2
	unabbrevRecord = 3
	firstAbbrev    = 4
)

// A block says where a block is, in bytes of the data.
type block struct {
	id     uint64
	length int    // of the word with the body's length; errors name the block by it
	body   int    // behind that word
	end    int    // behind END_BLOCK and its padding
	width  uint64 // of the abbreviation ids in the body, in bits
}

// block reads the rest of a block's head, after ENTER_SUBBLOCK, and moves
// behind the block.
func (r *reader) block() block {
	b := block{id: r.vbr(8), width: r.vbr(4)}
	r.align()
	b.length = r.pos / 8
	words := r.fixed(32)
	b.body = r.pos / 8
	if words > uint64(len(r.data)-b.body)/4 {
		r.fail("block %d at byte %d: length %d words runs past the end", b.id, b.length, words)
		return b
	}
	b.end = b.body + int(words)*4
	r.pos = b.end * 8
	return b
}

// A blockReader reads the items in a block: records, the definitions of their
// abbreviations, and sub-blocks.
type blockReader struct {
	reader
	block   block
	abbrevs []abbrev

	// The item that next has read.
	start   int // the item's first bit
	sub     block
	defined abbrev
	code    uint64   // of a record
	ops     []uint64 // of a record, without a blob's bytes; next reuses it
	blob    bool     // the record has one
	content []byte   // of the blob
}

// openBlock returns a reader of the body of b. Abbreviations that BLOCKINFO defines for
// all blocks of b's id are inherited, and precede b's own.
func openBlock(data []byte, b block, inherited []abbrev) (*blockReader, error) {
	if b.width < 2 || b.width > maxWidth {
		return nil, fmt.Errorf("bitcode: block %d at byte %d: abbreviation ids of %d bits", b.id, b.length, b.width)
	}
	return &blockReader{
		reader:  reader{data: data[:b.end], pos: b.body * 8},
		block:   b,
		abbrevs: slices.Clip(inherited), // so that b's own don't get into other blocks
	}, nil
}

// next reads an item and returns its abbreviation id, which tells its kind. It
// skips over the body of a sub-block.
func (br *blockReader) next() (uint64, error) {
	br.start = br.pos
	id := br.fixed(int(br.block.width))
	switch {
	case br.err != nil:
	case id == endBlock:
		if br.align(); br.pos != br.end() {
			br.fail("block %d at byte %d: ends at byte %d, its length says %d",
				br.block.id, br.block.length, br.pos/8, br.block.end)
		}
	case id == enterSubblock:
		br.sub = br.reader.block()
	case id == defineAbbrev:
		br.defined = br.abbrev()
	case id == unabbrevRecord:
		br.unabbreviated()
	case id-firstAbbrev < uint64(len(br.abbrevs)):
		br.abbreviated(&br.abbrevs[id-firstAbbrev])
	default:
		br.fail("record at byte %d: undefined abbreviation %d", br.start/8, id)
	}
	return id, br.err
}

func (br *blockReader) unabbreviated() {
	br.code, br.ops, br.blob = br.vbr(6), br.ops[:0], false
	for n := br.vbr(6); n > 0 && br.err == nil; n-- {
		br.ops = append(br.ops, br.vbr(6))
	}
}

func (br *blockReader) abbreviated(a *abbrev) {
	br.code, br.ops, br.blob = br.scalar(a.scalars[0]), br.ops[:0], a.tail == blob
	for _, op := range a.scalars[1:] {
		br.ops = append(br.ops, br.scalar(op))
	}
	switch a.tail {
	case array:
		br.array(a.element)
	case blob:
		n := br.vbr(6)
		br.align()
		if n > uint64(br.end()-br.pos)/8 {
			br.fail("record at byte %d: blob of %d bytes runs past the end", br.start/8, n)
			return
		}
		br.content = br.data[br.pos/8:][:n]
		br.pos += int(n) * 8
		br.align()
	}
}

// array reads the elements of an array. Those of fixed width, which the paths
// consist of, take a tight loop for as long as 64 bits can be loaded.
func (br *blockReader) array(element operand) {
	n := br.vbr(6)
	if element.encoding == fixed {
		data, pos, width := br.data, uint(br.pos), uint(element.value)
		mask := uint64(1)<<width - 1
		for ; n > 0 && pos/8+8 <= uint(len(data)); n-- {
			br.ops = append(br.ops, binary.LittleEndian.Uint64(data[pos/8:])>>(pos%8)&mask)
			pos += width
		}
		br.pos = int(pos)
	}
	for ; n > 0 && br.err == nil; n-- {
		br.ops = append(br.ops, br.scalar(element))
	}
}

func (r *reader) scalar(op operand) uint64 {
	switch op.encoding {
	case fixed:
		return r.fixed(int(op.value))
	case vbr:
		return r.vbr(int(op.value))
	case char6:
		return uint64(char6Alphabet[r.fixed(6)])
	}
	return op.value
}
