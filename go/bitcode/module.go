package bitcode

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Blocks of a module's file, and records of its summary. Source:
// llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	identificationID = 13
	wholeSummaryID   = 24 // FULL_LTO_GLOBALVAL_SUMMARY_BLOCK: of regular LTO, and of split LTO units

	producerCode = 1 // of IDENTIFICATION_BLOCK: characters
	versionCode  = 10
	flagsCode    = 20
)

// Module is what a module's file says about itself outside its code.
type Module struct {
	Producer string          // which LLVM wrote it: "LLVM22.1.8"
	Records  map[uint64]bool // the codes of all records in its ThinLTO summary

	version, flags *record // of the summary
	body           block   // MODULE_BLOCK
	end            int     // the first bit of its END_BLOCK

	parser     parser
	source     string
	attributes attributes
	values     []declaredValue     // by id
	defined    []int               // the ids of functions with a body, in the order of the bodies
	references map[uint64][]uint64 // the ids that a value with a body refers to, by its id
	calls      map[uint64][]uint64 // the same for functions that it calls
	names      []byte              // of the values
	guids      []uint64            // of the values, by id; 0, or none, for those that names tell
	literals   []Literal           // once names is forgotten
	ids        map[uint64]int      // by GUID; nil before Seen needs it

	guidsWritten bool // the module's file has GUIDs, which don't follow names
}

// ReadModule reads data, a file that holds one module with a ThinLTO summary; data must not
// change while the Module is in use. It fails for a file with several modules, as split LTO
// units have, or with a summary of another kind.
func ReadModule(data []byte) (*Module, error) {
	m, err := readModule(data)
	if err == nil && m.version == nil {
		err = errors.New("bitcode: no ThinLTO summary")
	}
	return m, err
}

// WithEmptySummary returns slice, a module that LLVM wrote without a summary, with a
// summary of no values that has m's version and flags. LLVM imports from no module that
// lacks a summary, but reads nothing else in it.
func (m *Module) WithEmptySummary(slice []byte) ([]byte, error) {
	slice, err := unwrap(slice)
	if err != nil {
		return nil, err
	}
	s, err := readModule(slice)
	if err != nil {
		return nil, err
	}
	if s.version != nil {
		return nil, errors.New("bitcode: there is a summary already")
	}
	const idWidth = 4
	from := s.end / 32 * 4 // the word that END_BLOCK begins in
	w := writer{data: append(make([]byte, 0, len(slice)+64), slice[:from]...)}
	bits := s.end % 32
	w.fixed(uint64(binary.LittleEndian.Uint32(slice[from:]))&(1<<bits-1), bits)
	width := int(s.body.width)
	w.fixed(enterSubblock, width)
	w.vbr(summaryID, 8)
	w.vbr(idWidth, 4)
	w.align()
	w.block([]byte{0, 0, 0, 0}, idWidth, func() {
		w.record(*m.version)
		if m.flags != nil {
			w.record(*m.flags)
		}
	})
	w.fixed(endBlock, width)
	w.align()
	binary.LittleEndian.PutUint32(w.data[s.body.length:], uint32(len(w.data)-s.body.body)/4)
	return append(w.data, slice[s.body.end:]...), nil
}

func readModule(data []byte) (*Module, error) {
	data, err := unwrap(data)
	if err != nil {
		return nil, err
	}
	if len(data) < 4 || binary.LittleEndian.Uint32(data) != magic {
		return nil, errNotBitcode
	}
	m := &Module{Records: map[uint64]bool{}, references: map[uint64][]uint64{}, calls: map[uint64][]uint64{}}
	m.parser = parser{shard: &Shard{data: data}, blockInfo: map[uint64][]abbrev{}}
	p := &m.parser
	r := reader{data: data, pos: 32}
	for r.pos+64 < r.end() && r.fixed(2) == enterSubblock {
		b := r.block()
		if r.err != nil {
			return nil, r.err
		}
		switch {
		case b.id == blockInfoID:
			err = p.readBlockInfo(b)
		case b.id == strtabID:
			err = m.readNames(p, b)
		case b.id == identificationID:
			err = m.readProducer(p, b)
		case b.id == moduleID && m.end == 0:
			err = m.readBody(p, b)
		case b.id == moduleID:
			err = errors.New("bitcode: several modules in one file")
		}
		if err != nil {
			return nil, err
		}
	}
	if m.end == 0 {
		return nil, errors.New("bitcode: no module")
	}
	return m, m.checkNames()
}

// records calls visit for each item of a block but definitions, which it takes note of.
func (p *parser) records(b block, visit func(kind uint64, br *blockReader) error) error {
	br, err := openBlock(p.shard.data, b, p.blockInfo[b.id])
	if err != nil {
		return err
	}
	for {
		kind, err := br.next()
		if err != nil {
			return err
		}
		if kind == defineAbbrev {
			br.abbrevs = append(br.abbrevs, br.defined)
			continue
		}
		if err := visit(kind, br); err != nil || kind == endBlock {
			return err
		}
	}
}

func (m *Module) readProducer(p *parser, b block) error {
	return p.records(b, func(kind uint64, br *blockReader) error {
		if kind > defineAbbrev && br.code == producerCode {
			m.Producer = textOf(br.ops)
		}
		return nil
	})
}

func (m *Module) readBody(p *parser, b block) error {
	m.body = b
	return p.records(b, func(kind uint64, br *blockReader) error {
		switch {
		case kind == endBlock:
			m.end = br.start
		case kind == enterSubblock && br.sub.id == blockInfoID:
			return p.readBlockInfo(br.sub)
		case kind == enterSubblock && br.sub.id == attributeGroupsID:
			return m.attributes.readGroups(p, br.sub)
		case kind == enterSubblock && br.sub.id == attributeListsID:
			return m.attributes.readLists(p, br.sub)
		case kind == enterSubblock && br.sub.id == wholeSummaryID:
			return errors.New("bitcode: a summary for regular LTO")
		case kind == enterSubblock && br.sub.id == summaryID && m.version != nil:
			return fmt.Errorf("bitcode: a second summary at byte %d", br.sub.length)
		case kind == enterSubblock && br.sub.id == summaryID:
			return m.readSummary(p, br.sub)
		case kind > defineAbbrev:
			return m.readDeclaration(br)
		}
		return nil
	})
}

func (m *Module) readSummary(p *parser, b block) error {
	return p.records(b, func(kind uint64, br *blockReader) error {
		if kind <= defineAbbrev {
			return nil
		}
		m.Records[br.code] = true
		switch br.code {
		case versionCode:
			m.version = new(p.copyRecord(br))
		case flagsCode:
			m.flags = new(p.copyRecord(br))
		case permodule, permoduleProfile, permoduleVar, permoduleAlias, permoduleVtable:
			m.readReferences(p.copyRecord(br))
		}
		return nil
	})
}
