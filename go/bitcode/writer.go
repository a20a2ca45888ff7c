package bitcode

import "encoding/binary"

// A writer appends to a bitstream that starts on a 32-bit boundary.
type writer struct {
	data []byte
	word uint64 // bits that don't fill 32 yet
	bits int
}

func (w *writer) fixed(v uint64, width int) {
	for width > 32 {
		w.fixed(v&0xffffffff, 32)
		v, width = v>>32, width-32
	}
	w.word |= v << w.bits
	if w.bits += width; w.bits >= 32 {
		w.data = binary.LittleEndian.AppendUint32(w.data, uint32(w.word))
		w.word, w.bits = w.word>>32, w.bits-32
	}
}

func (w *writer) vbr(v uint64, width int) {
	more := uint64(1) << (width - 1)
	for ; v >= more; v >>= width - 1 {
		w.fixed(v&(more-1)|more, width)
	}
	w.fixed(v, width)
}

func (w *writer) align() {
	if w.bits > 0 {
		w.fixed(0, 32-w.bits)
	}
}

// record writes an unabbreviated record in a block with the given abbreviation
// width.
func (w *writer) record(r record, width int) {
	w.fixed(unabbrevRecord, width)
	w.vbr(r.code, 6)
	w.vbr(uint64(len(r.ops)), 6)
	for _, op := range r.ops {
		w.vbr(op, 6)
	}
}
