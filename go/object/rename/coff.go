package rename

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

var errCOFF = errors.New("the object isn't laid out like LLVM's COFF objects")

// Sizes in COFF objects. Source: "PE Format" of Microsoft, and
// llvm/include/llvm/BinaryFormat/COFF.h.
const (
	coffHeader    = 20
	bigCOFFHeader = 56
	coffSection   = 40
	coffSymbol    = 18
	bigCOFFSymbol = 20
	coffName      = 8 // longest name that is in a header or a symbol itself
)

// bigCOFFClass is the class ID in the headers of objects with many sections.
const bigCOFFClass = "\xc7\xa1\xba\xd1\xee\xba\xa9\x4b\xaf\x20\xfa\xf6\x6a\xa4\xdc\xb8"

// A coffObject is an object as LLVM's WinCOFFObjectWriter.cpp writes it: the symbols,
// and behind them nothing but the string table.
type coffObject struct {
	data       []byte
	sections   int // where the sections' headers are
	number     int // of sections
	symbols    int // where the symbols are
	symbolSize int
	strings    int // where the string table is
}

// isCOFF reports whether an object begins like COFF of the machines that LLVM writes
// COFF for.
func isCOFF(obj []byte) bool {
	if len(obj) < coffHeader {
		return false
	}
	switch binary.LittleEndian.Uint16(obj) {
	case pe.IMAGE_FILE_MACHINE_AMD64, pe.IMAGE_FILE_MACHINE_I386, pe.IMAGE_FILE_MACHINE_ARMNT,
		pe.IMAGE_FILE_MACHINE_ARM64, machineARM64EC, machineARM64X:
		return true
	}
	return isBigCOFF(obj)
}

// Machines that debug/pe doesn't list.
const (
	machineARM64EC = 0xa641
	machineARM64X  = 0xa64e
)

func isBigCOFF(obj []byte) bool {
	return len(obj) >= bigCOFFHeader && bytes.HasPrefix(obj, []byte("\x00\x00\xff\xff\x02\x00")) &&
		string(obj[12:28]) == bigCOFFClass
}

func (n *numbers) replaceCOFF(data []byte) ([]byte, error) {
	o, err := parseCOFF(data)
	if err != nil {
		return nil, err
	}
	if err := n.searchCOFF(o); err != nil {
		return nil, err
	}
	if n.find(data) < 0 {
		return data, nil
	}
	names, places := o.names(), []uint32(nil)
	for _, name := range names {
		if name.ofSection && !bytes.Equal(sectionName(name.place), data[name.at:][:coffName]) {
			return nil, errCOFF
		}
		places = append(places, name.place)
	}
	const sizeField = 4
	strings := data[o.strings:]
	table, moved, err := n.rebuild(strings, strings[:sizeField], places)
	if err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint32(table, uint32(len(table)))
	renamed := append(bytes.Clone(data[:o.strings]), table...)
	for _, name := range names {
		place := moved[name.place]
		if bytes.IndexByte(table[place:], 0) <= coffName {
			return nil, errors.New("a name would be too short for the string table")
		}
		if name.ofSection {
			copy(renamed[name.at:], sectionName(place))
		} else {
			binary.LittleEndian.PutUint32(renamed[name.at+4:], place)
		}
	}
	return renamed, nil
}

// parseCOFF reads an object's headers and checks that its symbols and strings are
// laid out as LLVM's writer does it.
func parseCOFF(data []byte) (*coffObject, error) {
	le := binary.LittleEndian
	o := &coffObject{data: data}
	var symbols, count uint32
	if isBigCOFF(data) {
		o.sections, o.number, o.symbolSize = bigCOFFHeader, int(le.Uint32(data[44:])), bigCOFFSymbol
		symbols, count = le.Uint32(data[48:]), le.Uint32(data[52:])
	} else {
		o.sections, o.number, o.symbolSize = coffHeader, int(le.Uint16(data[2:])), coffSymbol
		symbols, count = le.Uint32(data[8:]), le.Uint32(data[12:])
		if le.Uint16(data[16:]) != 0 { // size of a header that only images have
			return nil, errCOFF
		}
	}
	strings := uint64(symbols) + uint64(count)*uint64(o.symbolSize)
	if strings+4 > uint64(len(data)) || uint64(le.Uint32(data[strings:])) != uint64(len(data))-strings ||
		uint64(o.sections)+uint64(o.number)*coffSection > uint64(symbols) {
		return nil, errCOFF
	}
	o.symbols, o.strings = int(symbols), int(strings)
	return o, nil
}

// A coffLongName is a name that is in the string table.
type coffLongName struct {
	at        int // of the eight bytes that say so
	ofSection bool
	place     uint32
}

// names returns all names of sections and symbols that are in the string table.
func (o *coffObject) names() []coffLongName {
	le := binary.LittleEndian
	var names []coffLongName
	for i := range o.number {
		at := o.sections + i*coffSection
		if place, ok := sectionPlace(o.data[at:][:coffName]); ok {
			names = append(names, coffLongName{at: at, ofSection: true, place: place})
		}
	}
	for at := o.symbols; at < o.strings; {
		if le.Uint32(o.data[at:]) == 0 {
			names = append(names, coffLongName{at: at, place: le.Uint32(o.data[at+4:])})
		}
		at += o.symbolSize * (1 + int(o.data[at+o.symbolSize-1])) // auxiliary records follow
	}
	return names
}

const (
	base64Digits  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	decimalPlaces = 10_000_000 // smaller ones are written in decimal
)

// sectionName encodes the place of a section's name in the string table.
//
// Source: encodeSectionName in llvm/lib/BinaryFormat/COFF.cpp.
func sectionName(place uint32) []byte {
	name := make([]byte, coffName)
	if place < decimalPlaces {
		copy(name, "/"+strconv.Itoa(int(place)))
		return name
	}
	for i := coffName - 1; i > 1; i-- {
		name[i] = base64Digits[place%64]
		place /= 64
	}
	copy(name, "//")
	return name
}

// sectionPlace returns the place of a section's name in the string table; not ok if
// the name is in the header itself.
func sectionPlace(name []byte) (place uint32, ok bool) {
	if name[0] != '/' {
		return 0, false
	}
	var value uint64
	if name[1] != '/' {
		value, _ = strconv.ParseUint(string(bytes.TrimRight(name[1:], "\x00")), 10, 32)
	} else {
		for _, digit := range name[2:] {
			value = value*64 + uint64(max(0, bytes.IndexByte([]byte(base64Digits), digit)))
		}
	}
	return uint32(min(value, 1<<32-1)), true // LLVM writes no such place, and rebuild refuses it
}

// searchCOFF returns an error if there is a placeholder before the string table,
// compressed or not.
func (n *numbers) searchCOFF(o *coffObject) error {
	found := n.find(o.data[:o.strings])
	search := newSearch(n)
	for i := range o.number {
		begin, content := o.content(i)
		holds := found >= begin && found < begin+len(content)
		if string(o.header(i)[:coffName]) == coffProfileNames {
			inNames, err := search.findProfileNames(content)
			if err != nil {
				return fmt.Errorf("search section %d: %w", i+1, err)
			}
			holds = holds || inNames
		}
		if holds {
			return fmt.Errorf("section %d holds a placeholder", i+1)
		}
	}
	if found >= 0 {
		return errors.New("a header or a symbol holds a placeholder")
	}
	return nil
}

// header returns the header of section i.
func (o *coffObject) header(i int) []byte { return o.data[o.sections+i*coffSection:][:coffSection] }

// content returns what is in section i, and its place.
func (o *coffObject) content(i int) (begin int, content []byte) {
	le := binary.LittleEndian
	at, size := uint64(le.Uint32(o.header(i)[20:])), uint64(le.Uint32(o.header(i)[16:]))
	if at == 0 || at+size > uint64(o.symbols) {
		return 0, nil
	}
	return int(at), o.data[at : at+size]
}
