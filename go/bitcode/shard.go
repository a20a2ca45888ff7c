// Package bitcode reads and renames the module paths in a shard: the
// individual summary index that lld writes for each DTLTO job.
//
// It knows the LLVM bitstream container and two blocks of it:
// MODULE_STRTAB_BLOCK, in which the paths stand, and GLOBALVAL_SUMMARY_BLOCK,
// whose numbering depends on them. Everything else in a shard passes through
// byte for byte, including blocks of later LLVMs.
//
// Sources: llvm/docs/BitCodeFormat.rst; IndexBitcodeWriter in
// llvm/lib/Bitcode/Writer/BitcodeWriter.cpp, LLVM 22.
package bitcode

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Block ids and record codes. Source: llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	blockInfo         = 0
	moduleBlock       = 8
	functionBlock     = 12
	moduleStrtabBlock = 19
	summaryBlock      = 20

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
	summary blockPos // GLOBALVAL_SUMMARY_BLOCK in it
	modules []module // of strtab
	values  []record // of summary; nil when it must stay as it is
}

// A module is what MODULE_STRTAB_BLOCK says of one module.
type module struct {
	id   uint64
	path string
	more []record // its hash, and what later LLVMs add
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
// is in use. Blocks of other kinds are skipped by their length, so the cost
// doesn't grow with them.
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
	paths := make([]string, len(s.modules))
	for i, m := range s.modules {
		paths[i] = m.path
	}
	return paths
}

// Rename returns the shard that LLVM would have written if each module path p
// were name(p): modules sorted by path and numbered in that order, values
// numbered and sorted accordingly. Shards that differ only in paths which
// name makes equal, and in what follows from them, come out equal.
//
// When the summaries hold something that isn't understood, ids and order stay
// as they are, and the result is as right but depends on the old paths.
// All bytes outside the two blocks stay, but for the length of what encloses
// them.
func (s *Shard) Rename(name func(path string) string) []byte {
	modules := slices.Clone(s.modules)
	for i := range modules {
		modules[i].path = name(modules[i].path)
	}
	values, ok := s.renumber(modules)
	w := writer{data: make([]byte, 0, len(s.data)+len(s.data)/4)}
	if !ok {
		s.replace(&w, 0, s.strtab, strtabRecords(modules))
		return s.finish(&w, s.strtab.end)
	}
	first, second := s.strtab, s.summary
	firstRecords, secondRecords := strtabRecords(modules), values
	if second.body < first.body {
		first, second, firstRecords, secondRecords = second, first, secondRecords, firstRecords
	}
	s.replace(&w, 0, first, firstRecords)
	s.replace(&w, first.end, second, secondRecords)
	return s.finish(&w, second.end)
}

// renumber sorts modules by their new paths, numbers them anew, and returns
// the summaries with the new numbers.
func (s *Shard) renumber(modules []module) (values []record, ok bool) {
	if s.values == nil {
		return nil, false
	}
	sorted := slices.Clone(modules)
	slices.SortStableFunc(sorted, func(x, y module) int { return cmp.Compare(x.path, y.path) })
	ids := make(map[uint64]uint64, len(sorted))
	for i := range sorted {
		if _, again := ids[sorted[i].id]; again {
			return nil, false
		}
		ids[sorted[i].id] = uint64(i)
		sorted[i].id = uint64(i)
	}
	content, ok := readSummary(cloneRecords(s.values))
	if !ok || !content.renumber(ids) {
		return nil, false
	}
	copy(modules, sorted)
	return content.records(), true
}

func strtabRecords(modules []module) []record {
	var records []record
	for _, m := range modules {
		entry := record{code: entryRecord, ops: make([]uint64, 1, 1+len(m.path))}
		entry.ops[0] = m.id
		for _, c := range []byte(m.path) {
			entry.ops = append(entry.ops, uint64(c))
		}
		records = append(append(records, entry), m.more...)
	}
	return records
}

func cloneRecords(records []record) []record {
	clones := slices.Clone(records)
	for i := range clones {
		clones[i].ops = slices.Clone(clones[i].ops)
	}
	return clones
}

// replace appends what stands between from and block b, then b with records
// in place of its own.
func (s *Shard) replace(w *writer, from int, b blockPos, records []record) {
	w.data = append(w.data, s.data[from:b.body]...)
	body := len(w.data)
	for _, rec := range records {
		w.record(rec, b.width)
	}
	w.fixed(endBlock, b.width)
	w.align()
	binary.LittleEndian.PutUint32(w.data[body-4:], uint32(len(w.data)-body)/4)
}

// finish appends what stands behind from and corrects the lengths of what
// encloses the replaced blocks.
func (s *Shard) finish(w *writer, from int) []byte {
	w.data = append(w.data, s.data[from:]...)
	grown := len(w.data) - len(s.data)
	addTo(w.data[s.module.length:], grown/4)
	if s.wrapper >= 0 {
		addTo(w.data[s.wrapper:], grown)
	}
	return w.data
}

func addTo(field []byte, n int) {
	binary.LittleEndian.PutUint32(field, uint32(int(binary.LittleEndian.Uint32(field))+n))
}
