package bitcode

import "encoding/binary"

// A writer appends to a bitstream, from a 32-bit boundary on.
type writer struct {
	data []byte
	word uint64 // the bits that don't fill 32 yet
	bits int    // how many of them there are
	id   int    // the width of the abbreviation ids in the current block
}

// fixed writes a number of width bits, at most maxWidth.
func (w *writer) fixed(v uint64, width int) {
	w.word |= v << w.bits
	if w.bits += width; w.bits >= 32 {
		w.data = binary.LittleEndian.AppendUint32(w.data, uint32(w.word))
		w.word >>= 32
		w.bits -= 32
	}
}

// vbr writes a number in chunks of width bits; see reader.vbr.
func (w *writer) vbr(v uint64, width int) {
	more := uint64(1) << (width - 1)
	for ; v >= more; v >>= width - 1 {
		w.fixed(v&(more-1)|more, width)
	}
	w.fixed(v, width)
}

// align fills up to the next 32-bit boundary with zeros.
func (w *writer) align() {
	if w.bits > 0 {
		w.fixed(0, 32-w.bits)
	}
}

// block appends head, which ends with a block's length, and what body writes as the
// block's body.
func (w *writer) block(head []byte, idWidth uint64, body func()) {
	w.data = append(w.data, head...)
	w.id = int(idWidth)
	start := len(w.data)
	body()
	w.fixed(endBlock, w.id)
	w.align()
	binary.LittleEndian.PutUint32(w.data[start-4:], uint32(len(w.data)-start)/4)
}

// record writes a record without an abbreviation.
func (w *writer) record(r record) {
	w.fixed(unabbrevRecord, w.id)
	w.vbr(r.code, 6)
	w.vbr(uint64(len(r.ops)), 6)
	for _, op := range r.ops {
		w.vbr(op, 6)
	}
}

// entry writes an ENTRY record without an abbreviation.
func (w *writer) entry(number uint64, path string) {
	w.fixed(unabbrevRecord, w.id)
	w.vbr(entryCode, 6)
	w.vbr(uint64(1+len(path)), 6)
	w.vbr(number, 6)
	for i := range len(path) {
		w.vbr(uint64(path[i]), 6)
	}
}
