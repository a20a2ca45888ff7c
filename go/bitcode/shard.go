// Package bitcode reads and renames the module paths in a shard: the
// individual summary index that lld writes for each DTLTO job.
//
// It knows the LLVM bitstream container and one block of it,
// MODULE_STRTAB_BLOCK, in which the paths stand. Everything else in a shard
// passes through byte for byte, including blocks of later LLVMs.
//
// Sources: llvm/docs/BitCodeFormat.rst; ModuleSummaryIndex in
// llvm/lib/Bitcode/Writer/BitcodeWriter.cpp (writeModStrings), LLVM 22.
package bitcode

import (
	"encoding/binary"
	"errors"
)

// Block ids and record codes. Source: llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	blockInfo         = 0
	moduleBlock       = 8
	functionBlock     = 12
	moduleStrtabBlock = 19

	setBlockID      = 1  // in blockInfo
	moduleVSTOffset = 13 // in moduleBlock
	entryRecord     = 1  // in moduleStrtabBlock: module id, then characters
)

// A Shard is an individual summary index.
type Shard struct {
	data    []byte
	wrapper int      // where the wrapper header's size field is, or -1
	module  blockPos // MODULE_BLOCK
	strtab  blockPos // MODULE_STRTAB_BLOCK in it
	records []record // of strtab
}

// A blockPos says where a block is, in bytes.
type blockPos struct {
	length int // of the word that holds the body's length in words
	body   int
	end    int
	width  int // of the abbreviation ids in it
	found  bool
}

const (
	magic         = 0xdec04342 // 'BC' 0xC0DE
	wrapperMagic  = 0x0b17c0de
	wrapperHeader = 5 * 4
)

// Parse finds the module paths of data, which must not change while the Shard
// is in use. Blocks other than MODULE_STRTAB_BLOCK are skipped by their
// length, so the cost doesn't grow with them.
func Parse(data []byte) (*Shard, error) {
	s := &Shard{data: data, wrapper: -1}
	start, end := 0, len(data)
	if end >= wrapperHeader && binary.LittleEndian.Uint32(data) == wrapperMagic {
		offset, size := int(binary.LittleEndian.Uint32(data[8:])), int(binary.LittleEndian.Uint32(data[12:]))
		if offset%4 != 0 || offset < wrapperHeader || offset > end || size > end-offset {
			return nil, errors.New("bitcode: the wrapper header points outside the file")
		}
		start, end, s.wrapper = offset, offset+size, 12
	}
	if end-start < 4 || binary.LittleEndian.Uint32(data[start:]) != magic {
		return nil, errors.New("not LLVM bitcode")
	}
	if end%4 != 0 {
		return nil, errors.New("bitcode: the size isn't a multiple of 4")
	}
	p := &parser{shard: s, infos: map[uint64][]abbrev{}}
	p.r.data, p.r.pos = data[:end], (start+4)*8
	if err := p.topLevel(); err != nil {
		return nil, err
	}
	if !s.strtab.found {
		return nil, errors.New("bitcode: no module paths: not a summary index")
	}
	return s, nil
}

// Paths returns the module paths in the order of their records.
func (s *Shard) Paths() []string {
	var paths []string
	for _, rec := range s.records {
		if rec.code == entryRecord {
			paths = append(paths, rec.path())
		}
	}
	return paths
}

// path is an ENTRY record's text. Parse has checked that it is one.
func (rec record) path() string {
	text := make([]byte, len(rec.ops)-1)
	for i, c := range rec.ops[1:] {
		text[i] = byte(c)
	}
	return string(text)
}

// Rename returns a copy of the shard in which each module path p reads
// name(p). All bytes outside MODULE_STRTAB_BLOCK stay, but for the lengths of
// what encloses it.
func (s *Shard) Rename(name func(path string) string) ([]byte, error) {
	w := writer{data: make([]byte, 0, len(s.data))}
	w.data = append(w.data, s.data[:s.strtab.body]...)
	for _, rec := range s.records {
		if rec.code == entryRecord {
			rec = entry(rec.ops[0], name(rec.path()))
		}
		w.record(rec, s.strtab.width)
	}
	w.fixed(endBlock, s.strtab.width)
	w.align()
	body := len(w.data) - s.strtab.body
	grown := body - (s.strtab.end - s.strtab.body)
	binary.LittleEndian.PutUint32(w.data[s.strtab.length:], uint32(body/4))
	addTo(w.data[s.module.length:], grown/4)
	if s.wrapper >= 0 {
		addTo(w.data[s.wrapper:], grown)
	}
	return append(w.data, s.data[s.strtab.end:]...), nil
}

func entry(id uint64, path string) record {
	rec := record{code: entryRecord, ops: make([]uint64, 1, 1+len(path))}
	rec.ops[0] = id
	for _, c := range []byte(path) {
		rec.ops = append(rec.ops, uint64(c))
	}
	return rec
}

func addTo(field []byte, n int) {
	binary.LittleEndian.PutUint32(field, uint32(int(binary.LittleEndian.Uint32(field))+n))
}
