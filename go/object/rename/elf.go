package rename

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
)

var errELF = errors.New("the object isn't laid out like LLVM's ELF objects")

// An elfClass says where fields are in the headers of 32-bit or 64-bit ELF that
// aren't at the same place in both. Source: elf(5).
type elfClass struct {
	word        int // size of a word; the sections' headers are aligned to it
	header      int // size of the file's header
	sectionsAt  int // place of e_shoff in it
	entrySize   int // of e_shentsize
	count       int // of e_shnum
	stringIndex int // of e_shstrndx
	section     int // size of a section's header
	offset      int // place of sh_offset in it
	size        int // of sh_size
	link        int // of sh_link
	info        int // of sh_info
	symbol      int // size of a symbol
	compression int // size of a compressed section's header
}

var elfClasses = map[elf.Class]*elfClass{
	elf.ELFCLASS32: {
		word:        4,
		header:      52,
		sectionsAt:  32,
		entrySize:   46,
		count:       48,
		stringIndex: 50,
		section:     40,
		offset:      16,
		size:        20,
		link:        24,
		info:        28,
		symbol:      16,
		compression: 12,
	},
	elf.ELFCLASS64: {
		word:        8,
		header:      64,
		sectionsAt:  40,
		entrySize:   58,
		count:       60,
		stringIndex: 62,
		section:     64,
		offset:      24,
		size:        32,
		link:        40,
		info:        44,
		symbol:      24,
		compression: 24,
	},
}

// An elfObject is an object as LLVM's ELFObjectWriter.cpp writes it: one string
// table, for sections and symbols, and behind it nothing but the sections' headers.
type elfObject struct {
	*elfClass
	binary.ByteOrder
	data     []byte
	table    int // where the sections' headers are
	sections []elfSection
	strings  *elfSection
	symbols  *elfSection // nil for a .dwo file
}

type elfSection struct {
	header  int // where its header is
	kind    elf.SectionType
	flags   elf.SectionFlag
	content []byte
	end     int // of its content
}

func (s *elfSection) begin() int { return s.end - len(s.content) }

func (n *numbers) replaceELF(data []byte) ([]byte, error) {
	o, err := parseELF(data)
	if err != nil {
		return nil, err
	}
	if err := n.searchELF(o); err != nil {
		return nil, err
	}
	if n.find(o.strings.content) < 0 {
		return data, nil
	}
	var places []uint32
	for at := range o.names() {
		places = append(places, o.Uint32(data[at:]))
	}
	table, moved, err := n.rebuild(o.strings.content, []byte{0}, places)
	if err != nil {
		return nil, err
	}
	if kept, err := o.keepsStubs(table, moved); err != nil {
		return nil, err
	} else if !kept {
		return nil, errors.New("pointers in .data are in the order of names, which would change")
	}
	return o.withStrings(table, moved), nil
}

// searchELF returns an error if there is a placeholder before the string table,
// compressed or not.
func (n *numbers) searchELF(o *elfObject) error {
	if at := n.find(o.data[:o.strings.begin()]); at >= 0 {
		return fmt.Errorf("section %s holds a placeholder", o.sectionAt(at))
	}
	search := newSearch(n)
	for i := range o.sections {
		s := &o.sections[i]
		find := search.findProfileNames
		if s.flags&elf.SHF_COMPRESSED != 0 {
			find = func(content []byte) (bool, error) { return o.findCompressed(search, content) }
		} else if string(o.sectionName(s)) != profileNames {
			continue
		}
		found, err := find(s.content)
		if err != nil {
			return fmt.Errorf("search section %s: %w", o.sectionName(s), err)
		}
		if found {
			return fmt.Errorf("section %s holds a placeholder", o.sectionName(s))
		}
	}
	return nil
}

// names yields the places of all numbers in the file that stand for a name's place in
// the string table.
func (o *elfObject) names() func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if o.symbols != nil {
			for at := o.symbols.begin(); at < o.symbols.end; at += o.symbol {
				if o.Uint32(o.data[at:]) != 0 && !yield(at) {
					return
				}
			}
		}
		for i := range o.sections {
			if at := o.sections[i].header; o.Uint32(o.data[at:]) != 0 && !yield(at) {
				return
			}
		}
	}
}

// withStrings returns the object with another string table.
func (o *elfObject) withStrings(strings []byte, moved moves) []byte {
	begin := o.strings.begin()
	data := make([]byte, 0, begin+len(strings)+o.word+len(o.data)-o.table)
	data = append(append(data, o.data[:begin]...), strings...)
	data = append(data, make([]byte, o.align(len(data))-len(data))...)
	grown := len(data) - o.table
	data = append(data, o.data[o.table:]...)
	for at := range o.names() {
		place := moved[o.Uint32(o.data[at:])]
		if at >= o.table {
			at += grown
		}
		o.PutUint32(data[at:], place)
	}
	o.putWord(data[o.sectionsAt:], o.table+grown)
	o.putWord(data[o.strings.header+grown+o.size:], len(strings))
	return data
}

// align returns where the sections' headers begin behind a string table.
func (o *elfObject) align(end int) int {
	return (end + o.word - 1) &^ (o.word - 1)
}

func (o *elfObject) wordAt(at int) uint64 {
	if o.word == 8 {
		return o.Uint64(o.data[at:])
	}
	return uint64(o.Uint32(o.data[at:]))
}

func (o *elfObject) putWord(data []byte, value int) {
	if o.word == 8 {
		o.PutUint64(data, uint64(value))
	} else {
		o.PutUint32(data, uint32(value))
	}
}

// sectionAt returns the name of the section that a byte is in.
func (o *elfObject) sectionAt(at int) []byte {
	for i := range o.sections {
		if s := &o.sections[i]; s.begin() <= at && at < s.end {
			return o.sectionName(s)
		}
	}
	return nil
}

// sectionName returns a section's name, or what there is of it in a damaged object.
func (o *elfObject) sectionName(s *elfSection) []byte {
	place := min(uint64(o.Uint32(o.data[s.header:])), uint64(len(o.strings.content)))
	name := o.strings.content[place:]
	name, _, _ = bytes.Cut(name[:min(len(name), 200)], []byte{0})
	return name
}
