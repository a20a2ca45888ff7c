// Package object checks that a file which a compiler wrote is a whole ELF, COFF or
// bitcode object.
package object

import (
	"bytes"
	"encoding/binary"
	"errors"

	"thinrex/go/bitcode"
)

var (
	errNoObject = errors.New("isn't an object file")
	errCut      = errors.New("is cut short: its headers describe more than the file holds")
)

// objectKinds holds the first bytes of each kind of object that lld accepts, and the
// function that checks that such an object is whole.
//
// Source of the bytes: llvm/lib/BinaryFormat/Magic.cpp.
var objectKinds = []struct {
	magic string
	check func([]byte) error // nil for formats that DTLTO doesn't support yet
}{
	{"\x7fELF", checkELF},
	{"\x64\x86", checkCOFF}, {"\x4c\x01", checkCOFF}, {"\x64\xaa", checkCOFF}, // by machine
	{"\xc4\x01", checkCOFF}, {"\x41\xa6", checkCOFF}, {"\x4e\xa6", checkCOFF},
	{"\x00\x00\xff\xff", checkBigCOFF},
	{"\xfe\xed\xfa\xce", nil}, {"\xce\xfa\xed\xfe", nil}, // Mach-O
	{"\xfe\xed\xfa\xcf", nil}, {"\xcf\xfa\xed\xfe", nil},
	{"\x00asm", nil}, // WebAssembly
	{"BC\xc0\xde", checkBitcode}, {"\xde\xc0\x17\x0b", checkBitcode},
}

// minObject is the size of the smallest header among them, COFF's.
const minObject = 20

// Check returns an error for data that isn't an object, or only the beginning of one.
// It reads the headers only: digests protect the rest against changes. It is called
// for each result before it is stored or delivered.
func Check(data []byte) error {
	if len(data) == 0 {
		return errors.New("is empty: the module or the shard is damaged, or an import is missing")
	}
	for _, kind := range objectKinds {
		switch {
		case len(data) < minObject || !bytes.HasPrefix(data, []byte(kind.magic)):
		case kind.check == nil:
			return nil
		default:
			return kind.check(data)
		}
	}
	return errNoObject
}

func checkBitcode(data []byte) error {
	if bitcode.CheckWhole(data) != nil {
		return errCut
	}
	return nil
}

// holds reports whether data has count items of size bytes from offset on.
func holds(data []byte, offset, count, size uint64) bool {
	n := uint64(len(data))
	return offset <= n && (size == 0 || count <= (n-offset)/size)
}

// An elfClass says where the fields that describe sections are in the headers of
// 32-bit or 64-bit ELF. Source: elf(5).
type elfClass struct {
	wide    bool
	header  uint64 // size of the file's header
	table   uint64 // place of e_shoff in it
	entry   uint64 // of e_shentsize
	number  uint64 // of e_shnum
	section uint64 // size of a section's header
	offset  uint64 // place of sh_offset in it
	size    uint64 // of sh_size
}

var (
	elf32 = elfClass{
		header:  52,
		table:   32,
		entry:   46,
		number:  48,
		section: 40,
		offset:  16,
		size:    20,
	}
	elf64 = elfClass{
		wide:    true,
		header:  64,
		table:   40,
		entry:   58,
		number:  60,
		section: 64,
		offset:  24,
		size:    32,
	}
)

// checkELF checks that the file holds all sections that its headers describe. lld
// would silently drop an object without sections.
func checkELF(data []byte) error {
	class, ok := map[byte]elfClass{1: elf32, 2: elf64}[data[4]]
	order, known := map[byte]binary.ByteOrder{1: binary.LittleEndian, 2: binary.BigEndian}[data[5]]
	if !ok || !known {
		return errNoObject
	}
	if !holds(data, 0, 1, class.header) {
		return errCut
	}
	word := func(at uint64) uint64 {
		if class.wide {
			return order.Uint64(data[at:])
		}
		return uint64(order.Uint32(data[at:]))
	}
	table, entry := word(class.table), uint64(order.Uint16(data[class.entry:]))
	if table == 0 || entry != class.section {
		return errNoObject
	}
	if !holds(data, table, 1, entry) {
		return errCut
	}
	number := uint64(order.Uint16(data[class.number:]))
	if number == 0 { // too many for that field: the first section's header has their number
		number = word(table + class.size)
	}
	if !holds(data, table, number, entry) {
		return errCut
	}
	for at := table; number > 0; at, number = at+entry, number-1 {
		const null, noBits = 0, 8
		if kind := order.Uint32(data[at+4:]); kind == null || kind == noBits {
			continue
		}
		if !holds(data, word(at+class.offset), word(at+class.size), 1) {
			return errCut
		}
	}
	return nil
}

// A coffHeader is what the two kinds of COFF header have in common.
//
// Source: "PE Format" of Microsoft, and COFF::header in
// llvm/include/llvm/BinaryFormat/COFF.h.
type coffHeader struct {
	sections    uint64 // where the table of sections is
	number      uint64 // of sections
	symbols     uint64 // where the table of symbols is; 0 for none
	symbolCount uint64
	symbolSize  uint64 // of one entry of that table
}

func checkCOFF(data []byte) error {
	le := binary.LittleEndian
	return checkCOFFParts(data, coffHeader{
		sections:    20 + uint64(le.Uint16(data[16:])),
		number:      uint64(le.Uint16(data[2:])),
		symbols:     uint64(le.Uint32(data[8:])),
		symbolCount: uint64(le.Uint32(data[12:])),
		symbolSize:  18,
	})
}

func checkBigCOFF(data []byte) error {
	le := binary.LittleEndian
	if le.Uint16(data[4:]) < 2 { // a member of an import library
		return errNoObject
	}
	if !holds(data, 0, 1, 56) {
		return errCut
	}
	return checkCOFFParts(data, coffHeader{
		sections:    56,
		number:      uint64(le.Uint32(data[44:])),
		symbols:     uint64(le.Uint32(data[48:])),
		symbolCount: uint64(le.Uint32(data[52:])),
		symbolSize:  20,
	})
}

// checkCOFFParts checks that the file holds all sections, their relocations, the
// symbols and their names.
func checkCOFFParts(data []byte, h coffHeader) error {
	const sectionSize, relocationSize = 40, 10
	if !holds(data, h.sections, h.number, sectionSize) {
		return errCut
	}
	le := binary.LittleEndian
	for at := h.sections; h.number > 0; at, h.number = at+sectionSize, h.number-1 {
		size, content := uint64(le.Uint32(data[at+16:])), uint64(le.Uint32(data[at+20:]))
		relocations, count := uint64(le.Uint32(data[at+24:])), uint64(le.Uint16(data[at+32:]))
		if content != 0 && !holds(data, content, size, 1) ||
			count > 0 && !holds(data, relocations, count, relocationSize) {
			return errCut
		}
	}
	if h.symbols == 0 {
		return nil
	}
	if !holds(data, h.symbols, h.symbolCount, h.symbolSize) {
		return errCut
	}
	names := h.symbols + h.symbolCount*h.symbolSize
	if !holds(data, names, 1, 4) || !holds(data, names, uint64(le.Uint32(data[names:])), 1) {
		return errCut
	}
	return nil
}
