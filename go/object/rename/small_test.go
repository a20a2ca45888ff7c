package rename_test

import (
	"encoding/binary"
	"strings"
)

// smallObjects returns objects of all kinds that refer to one promoted function, as
// LLVM would write them. Tests damage them; others compile larger ones.
func smallObjects() [][]byte {
	little, big := binary.LittleEndian, binary.BigEndian
	return [][]byte{
		smallELF(little, true), smallELF(big, true), smallELF(little, false), smallELF(big, false),
		smallCOFF(false), smallCOFF(true),
	}
}

const smallName = "f.llvm.17836401925500000001"

// smallELF returns an object with the sections .strtab, .text and .symtab.
func smallELF(order binary.AppendByteOrder, wide bool) []byte {
	const strings = "\x00.text\x00.strtab\x00.symtab\x00" + smallName + "\x00"
	const textAt, strtabAt, symtabAt, nameAt = 1, 7, 15, 23
	header, section, symbol, class := 52, 40, 16, byte(1)
	if wide {
		header, section, symbol, class = 64, 64, 24, 2
	}
	stringsAt := header + 2*symbol
	table := (stringsAt + len(strings) + 7) &^ 7

	data := append([]byte("\x7fELF"), class, 1, 1)
	if order == binary.AppendByteOrder(binary.BigEndian) {
		data[5] = 2
	}
	put16 := func(v int) { data = order.AppendUint16(data, uint16(v)) }
	put32 := func(v int) { data = order.AppendUint32(data, uint32(v)) }
	word := func(v int) {
		if wide {
			data = order.AppendUint64(data, uint64(v))
		} else {
			put32(v)
		}
	}
	data = append(data, make([]byte, 9)...)
	put16(1) // relocatable
	put16(62)
	put32(1)
	word(0)
	word(0)
	word(table)
	put32(0)
	for _, v := range []int{header, 0, 0, section, 4, 1} {
		put16(v)
	}
	data = append(data, make([]byte, symbol)...)
	put32(nameAt)
	data = append(data, make([]byte, symbol-4)...)
	data = append(data, strings...)
	data = append(data, make([]byte, table-len(data))...)
	put := func(name, kind, offset, size, link int) {
		put32(name)
		put32(kind)
		word(0)
		word(0)
		word(offset)
		word(size)
		put32(link)
		put32(0)
		word(1)
		word(0)
	}
	put(0, 0, 0, 0, 0)
	put(strtabAt, 3, stringsAt, len(strings), 0)
	put(textAt, 1, header, 0, 0)
	put(symtabAt, 2, header, 2*symbol, 1)
	return data
}

// smallCOFF returns an object without sections.
func smallCOFF(big bool) []byte {
	order := binary.LittleEndian
	data := []byte("\x64\x86\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00")
	symbol := 18
	if big {
		data = []byte("\x00\x00\xff\xff\x02\x00\x64\x86\x00\x00\x00\x00\xc7\xa1\xba\xd1\xee\xba\xa9\x4b\xaf\x20" +
			"\xfa\xf6\x6a\xa4\xdc\xb8" + strings.Repeat("\x00", 20) + "\x38\x00\x00\x00\x01\x00\x00\x00")
		symbol = 20
	}
	data = append(data, 0, 0, 0, 0, 4, 0, 0, 0)
	data = append(data, make([]byte, symbol-8)...)
	data = order.AppendUint32(data, uint32(4+len(smallName)+1))
	return append(data, smallName+"\x00"...)
}
