// Package bitcode reads a shard, the individual summary index that lld writes
// for each module of a DTLTO link, and rewrites it for other module paths.
//
// It knows the LLVM bitstream container and two blocks of an index:
// MODULE_STRTAB_BLOCK, which holds the paths, and GLOBALVAL_SUMMARY_BLOCK, whose
// numbering follows from the paths. Everything else is copied byte for byte, also
// blocks that only later LLVMs know. Package link/canon chooses the new paths, so that
// equal jobs have equal shards.
//
// It also finds the assembly in modules, counts their instructions, and checks that
// bitcode is whole.
//
// Sources: llvm/docs/BitCodeFormat.rst for the container,
// llvm/lib/Bitcode/Writer/BitcodeWriter.cpp of LLVM 22 and 23 for the index.
package bitcode

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A Shard is an individual summary index as lld writes it
// (class IndexBitcodeWriter). It isn't changed by its methods.
type Shard struct {
	data    []byte
	sizes   []sizeField // of what holds the two blocks
	strtab  block       // MODULE_STRTAB_BLOCK
	lead    []record    // of strtab, before the first module
	modules []module    // of strtab
	index   block       // GLOBALVAL_SUMMARY_BLOCK
	summary *summary    // of index; nil when it has to stay as it is
	kept    error       // why it has to stay
}

// A module is an ENTRY record of MODULE_STRTAB_BLOCK and the records that follow it:
// its hash, and others that later LLVMs may add.
type module struct {
	id   uint64
	path string
	more []record
}

// A record is a record of a block, in memory of its own.
type record struct {
	code uint64
	ops  []uint64
}

// A sizeField is a 32-bit size of something that holds the blocks.
type sizeField struct {
	at   int // in bytes
	unit int // of the size, in bytes
}

const (
	magic        = 0xdec04342 // 'BC' 0xC0DE
	wrapperMagic = 0x0b17c0de
	wrapperSize  = 5 * 4 // magic, version, offset, size, CPU type
)

// Parse reads data, which must not change while the Shard is in use. It skips other
// blocks by their lengths, so that their size doesn't matter.
func Parse(data []byte) (*Shard, error) {
	s := &Shard{data: data}
	start, end := 0, len(data)
	if end >= wrapperSize && binary.LittleEndian.Uint32(data) == wrapperMagic {
		offset, size := binary.LittleEndian.Uint32(data[8:]), binary.LittleEndian.Uint32(data[12:])
		if offset < wrapperSize || offset%4 != 0 || uint64(offset)+uint64(size) > uint64(end) {
			return nil, fmt.Errorf("bitcode: wrapper at byte 0: bad offset %d or size %d for a file of %d bytes",
				offset, size, end)
		}
		start, end = int(offset), int(offset)+int(size)
		s.sizes = append(s.sizes, sizeField{at: 12, unit: 1})
	}
	if end-start < 4 || binary.LittleEndian.Uint32(data[start:]) != magic {
		return nil, fmt.Errorf("bitcode: no magic number at byte %d", start)
	}
	if (end-start)%4 != 0 {
		return nil, fmt.Errorf("bitcode: %d bytes at byte %d aren't a whole number of 32-bit words", end-start, start)
	}
	p := parser{shard: s, blockInfo: map[uint64][]abbrev{}}
	if err := p.stream(reader{data: data[:end], pos: (start + 4) * 8}); err != nil {
		return nil, err
	}
	if s.index.end == 0 {
		s.keepNumbers(errors.New("it has no block 20 (GLOBALVAL_SUMMARY_BLOCK)"))
	}
	if s.summary != nil {
		if err := s.summary.renumber(s.modules); err != nil {
			s.keepNumbers(err)
		}
	}
	return s, nil
}

// keepNumbers makes Rename leave the summary as it is.
func (s *Shard) keepNumbers(why error) { s.summary, s.kept = nil, why }

// KeptNumbers says why Rename leaves the ids of modules and values as they are; nil
// when it renumbers them. Kept numbers depend on the old paths, so that an equal job
// may miss the cache. Package link counts such jobs in its summary.
func (s *Shard) KeptNumbers() error { return s.kept }

// Paths returns the module paths in the order of their records.
func (s *Shard) Paths() []string {
	paths := make([]string, len(s.modules))
	for i, m := range s.modules {
		paths[i] = m.path
	}
	return paths
}

// Rename returns the shard that LLVM would have written if each module path p
// were name(p), with modules sorted by path and numbered in that order, and
// values numbered in the order of their GUIDs. So shards that differ only in
// paths that name makes equal, and in what follows from them, come out equal.
//
// When the summaries hold something unknown (see KeptNumbers), ids and order stay as
// they are: the result is right, but still depends on the old paths. Every byte
// outside the two blocks stays, except for the sizes of what holds them.
func (s *Shard) Rename(name func(path string) string) []byte {
	modules := slices.Clone(s.modules)
	for i := range modules {
		modules[i].path = name(modules[i].path)
	}
	w := writer{data: make([]byte, 0, len(s.data)+len(s.data)/4)}
	if s.summary == nil {
		s.writeStrtab(&w, 0, modules)
		return s.finish(w.data, s.strtab.end)
	}
	ids := numberModules(modules)
	if s.index.body < s.strtab.body {
		s.writeSummary(&w, 0, ids)
		s.writeStrtab(&w, s.index.end, modules)
		return s.finish(w.data, s.strtab.end)
	}
	s.writeStrtab(&w, 0, modules)
	s.writeSummary(&w, s.strtab.end, ids)
	return s.finish(w.data, s.index.end)
}

// numberModules sorts modules by path and numbers them in that order. It
// returns the new ids by the old ones.
func numberModules(modules []module) map[uint64]uint64 {
	slices.SortStableFunc(modules, func(x, y module) int { return cmp.Compare(x.path, y.path) })
	ids := make(map[uint64]uint64, len(modules))
	for i := range modules {
		ids[modules[i].id] = uint64(i)
		modules[i].id = uint64(i)
	}
	return ids
}

// writeStrtab appends the data from a byte on up to the module paths, then the module
// paths.
func (s *Shard) writeStrtab(w *writer, from int, modules []module) {
	w.block(s.data[from:s.strtab.body], s.strtab.width, func() {
		for _, rec := range s.lead {
			w.record(rec)
		}
		for _, m := range modules {
			w.entry(m.id, m.path)
			for _, rec := range m.more {
				w.record(rec)
			}
		}
	})
}

// writeSummary appends the data from a byte on up to the summaries, then the summaries
// for modules with new ids.
func (s *Shard) writeSummary(w *writer, from int, ids map[uint64]uint64) {
	w.block(s.data[from:s.index.body], s.index.width, func() {
		s.summary.write(w, ids)
	})
}

// finish appends the data from a byte on and corrects the sizes of what
// holds the blocks.
func (s *Shard) finish(out []byte, from int) []byte {
	out = append(out, s.data[from:]...)
	grown := len(out) - len(s.data)
	for _, f := range s.sizes {
		size := int(binary.LittleEndian.Uint32(s.data[f.at:])) + grown/f.unit
		binary.LittleEndian.PutUint32(out[f.at:], uint32(size))
	}
	return out
}
