package rename

import (
	"debug/elf"
	"encoding/binary"
)

// parseELF reads the headers of an object and checks that it is laid out as LLVM's
// writer does it.
func parseELF(data []byte) (*elfObject, error) {
	o := &elfObject{data: data}
	if len(data) <= elf.EI_DATA {
		return nil, errELF
	}
	o.elfClass = elfClasses[elf.Class(data[elf.EI_CLASS])]
	switch elf.Data(data[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
		o.ByteOrder = binary.LittleEndian
	case elf.ELFDATA2MSB:
		o.ByteOrder = binary.BigEndian
	}
	if o.elfClass == nil || o.ByteOrder == nil || len(data) < o.header ||
		o.Uint16(data[elf.EI_NIDENT:]) != uint16(elf.ET_REL) || int(o.Uint16(data[o.entrySize:])) != o.section {
		return nil, errELF
	}
	// Nothing is behind the sections' headers.
	table := o.wordAt(o.sectionsAt)
	if table > uint64(len(data)-o.section) || (uint64(len(data))-table)%uint64(o.section) != 0 {
		return nil, errELF
	}
	o.table = int(table)
	number, count := (len(data)-o.table)/o.section, uint64(o.Uint16(data[o.count:]))
	if count == 0 { // too many for that field
		count = o.wordAt(o.table + o.size)
	}
	if count != uint64(number) || !o.parseSections(number) || !o.soundStrings() {
		return nil, errELF
	}
	return o, nil
}

// parseSections reads the sections' headers. It reports whether their contents are
// within the file.
func (o *elfObject) parseSections(number int) bool {
	stringIndex := int(o.Uint16(o.data[o.stringIndex:]))
	if stringIndex >= number {
		return false
	}
	o.sections = make([]elfSection, number)
	o.strings = &o.sections[stringIndex]
	for i := range o.sections {
		at := o.table + i*o.section
		s := &o.sections[i]
		s.header, s.kind, s.flags = at, elf.SectionType(o.Uint32(o.data[at+4:])), elf.SectionFlag(o.wordAt(at+8))
		if s.kind == elf.SHT_NULL || s.kind == elf.SHT_NOBITS {
			continue
		}
		offset, size := o.wordAt(at+o.offset), o.wordAt(at+o.size)
		if offset > uint64(o.table) || size > uint64(o.table)-offset {
			return false
		}
		s.end = int(offset + size)
		s.content = o.data[offset:s.end:s.end]
		if s.kind == elf.SHT_SYMTAB {
			if o.symbols != nil || int(o.Uint32(o.data[at+o.link:])) != stringIndex || len(s.content)%o.symbol != 0 {
				return false
			}
			o.symbols = s
		}
	}
	return true
}

// soundStrings reports whether there is one string table, with all other sections
// before it and all headers behind it.
func (o *elfObject) soundStrings() bool {
	begin := o.strings.begin()
	if len(o.strings.content) == 0 || begin < o.header || o.align(o.strings.end) != o.table {
		return false
	}
	for i := range o.sections {
		s := &o.sections[i]
		isStrings := s.kind == elf.SHT_STRTAB || s.kind == elf.SHT_DYNSYM
		if isStrings != (s == o.strings) || s != o.strings && s.end > begin {
			return false
		}
	}
	return true
}
