package rename

import (
	"bytes"
	"debug/elf"
	"errors"
	"slices"
	"strings"
)

// keepsStubs reports whether LLVM lays out the section .data for the new names as it
// did for the old ones.
//
// What catches an exception in position-independent code finds the exception's type
// by a pointer in .data. LLVM writes these pointers in the order of their own names,
// which are made of the types' names (AsmPrinter::doFinalization). Two modules may
// each have a local type of one name, and then the numbers decide.
//
// A relocation of .data says which type a pointer is for. .data rarely holds other
// pointers: DTLTO makes clang write each variable to a section of its own.
func (o *elfObject) keepsStubs(table []byte, moved moves) (bool, error) {
	var places []uint32
	left := len(o.data) // sections of a damaged object overlap
	for i := range o.sections {
		s := &o.sections[i]
		switch {
		case !o.isOfData(s):
		case s.kind == elf.SHT_REL || s.kind == elf.SHT_RELA:
			more, err := o.targets(s)
			if left -= len(s.content); err != nil || left < 0 {
				return false, errELF
			}
			places = append(places, more...)
		case s.kind == crelSection:
			return false, errors.New("section .data has relocations in CREL format")
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	slices.SortFunc(places, func(a, b uint32) int {
		return strings.Compare(stubOf(o.strings.content, a), stubOf(o.strings.content, b))
	})
	return slices.IsSortedFunc(places, func(a, b uint32) int {
		return strings.Compare(stubOf(table, moved[a]), stubOf(table, moved[b]))
	}), nil
}

const crelSection elf.SectionType = 0x40000014 // debug/elf doesn't know it

// isOfData reports whether a section of relocations is for the section .data.
func (o *elfObject) isOfData(s *elfSection) bool {
	target := uint64(o.Uint32(o.data[s.header+o.info:]))
	return target < uint64(len(o.sections)) && string(o.sectionName(&o.sections[target])) == ".data"
}

// stubOf returns the name of the pointer to a type, whose name is in a string table.
func stubOf(table []byte, place uint32) string {
	name, _, _ := bytes.Cut(table[place:], []byte{0})
	return string(name) + ".DW.stub"
}

// targets returns the places of the names that a section of relocations refers to.
func (o *elfObject) targets(s *elfSection) ([]uint32, error) {
	size := 2 * o.word
	if s.kind == elf.SHT_RELA {
		size += o.word
	}
	if o.symbols == nil {
		return nil, errELF
	}
	var places []uint32
	for entry := range slices.Chunk(s.content, size) {
		if len(entry) < size {
			return nil, errELF
		}
		at := uint64(o.symbolOf(entry)) * uint64(o.symbol)
		if at >= uint64(len(o.symbols.content)) {
			return nil, errELF
		}
		if place := o.Uint32(o.symbols.content[at:]); place != 0 { // 0: a section
			places = append(places, place)
		}
	}
	return places, nil
}

// symbolOf returns the index of the symbol that a relocation refers to.
func (o *elfObject) symbolOf(relocation []byte) uint32 {
	info := relocation[o.word:]
	switch {
	case o.word == 4:
		return o.Uint32(info) >> 8
	case elf.Machine(o.Uint16(o.data[elf.EI_NIDENT+2:])) == elf.EM_MIPS:
		return o.Uint32(info) // five fields of their own
	}
	return uint32(o.Uint64(info) >> 32)
}
