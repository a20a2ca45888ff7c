package bitcode

import "fmt"

// Block ids and record codes. Source: llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	blockInfoID    = 0
	moduleID       = 8
	functionID     = 12
	moduleStrtabID = 19
	summaryID      = 20

	setBIDCode    = 1  // of BLOCKINFO: block id
	vstOffsetCode = 13 // of MODULE_BLOCK: offset
	entryCode     = 1  // of MODULE_STRTAB_BLOCK: module id, characters
)

// A parser walks the blocks that lead to the module paths.
type parser struct {
	shard     *Shard
	module    block               // MODULE_BLOCK, once it has been seen
	blockInfo map[uint64][]abbrev // what BLOCKINFO gives to all blocks of an id
	text      []byte              // reused for each path
	ops       []uint64            // memory for records
}

// stream walks the top level, up to the first word that starts no block: what
// follows is padding.
func (p *parser) stream(r reader) error {
	for r.pos < r.end() && r.fixed(2) == enterSubblock {
		b := r.block()
		if r.err != nil {
			return r.err
		}
		var err error
		switch b.id {
		case blockInfoID:
			err = p.readBlockInfo(b)
		case moduleID:
			err = p.readModule(b)
		}
		if err != nil {
			return err
		}
	}
	if p.module.end == 0 {
		return fmt.Errorf("bitcode: no MODULE_BLOCK before byte %d", r.pos/8)
	}
	if p.shard.strtab.end == 0 {
		return fmt.Errorf("bitcode: block %d at byte %d: no MODULE_STRTAB_BLOCK: not a summary index",
			p.module.id, p.module.length)
	}
	return nil
}

// readBlockInfo keeps the abbreviations that BLOCKINFO defines for the blocks
// of other ids.
func (p *parser) readBlockInfo(b block) error {
	br, err := openBlock(p.shard.data, b, nil)
	if err != nil {
		return err
	}
	var id uint64
	known := false
	for {
		kind, err := br.next()
		switch {
		case err != nil || kind == endBlock:
			return err
		case kind == enterSubblock: // LLVM skips it, too
		case kind == defineAbbrev:
			if !known {
				return fmt.Errorf("bitcode: abbreviation at byte %d: no SETBID says for which blocks", br.start/8)
			}
			p.blockInfo[id] = append(p.blockInfo[id], br.defined)
		case br.code == setBIDCode:
			if len(br.ops) == 0 {
				return fmt.Errorf("bitcode: record at byte %d: SETBID without a block id", br.start/8)
			}
			id, known = br.ops[0], true
		}
	}
}

// readModule finds the MODULE_STRTAB_BLOCK. It refuses a full module, which
// holds offsets that splicing would make wrong.
func (p *parser) readModule(b block) error {
	if p.module.end != 0 {
		return fmt.Errorf("bitcode: block %d at byte %d: a second MODULE_BLOCK", b.id, b.length)
	}
	p.module = b
	p.shard.sizes = append(p.shard.sizes, sizeField{at: b.length, unit: 4})
	br, err := openBlock(p.shard.data, b, p.blockInfo[moduleID])
	if err != nil {
		return err
	}
	for {
		kind, err := br.next()
		switch {
		case err != nil || kind == endBlock:
			return err
		case kind == defineAbbrev:
			br.abbrevs = append(br.abbrevs, br.defined)
		case kind == enterSubblock && br.sub.id == blockInfoID:
			err = p.readBlockInfo(br.sub)
		case kind == enterSubblock && br.sub.id == moduleStrtabID:
			err = p.readStrtab(br.sub)
		case kind == enterSubblock && br.sub.id == summaryID:
			p.readSummary(br.sub)
		case kind == enterSubblock && br.sub.id == functionID,
			kind > defineAbbrev && br.code == vstOffsetCode:
			err = fmt.Errorf("bitcode: block %d at byte %d: FUNCTION_BLOCK or VSTOFFSET at byte %d:"+
				" a full module, not a summary index",
				b.id, b.length, br.start/8)
		}
		if err != nil {
			return err
		}
	}
}

// readStrtab reads the module paths. Anything but a record is an error there.
func (p *parser) readStrtab(b block) error {
	s := p.shard
	if s.strtab.end != 0 {
		return fmt.Errorf("bitcode: block %d at byte %d: a second MODULE_STRTAB_BLOCK", b.id, b.length)
	}
	s.strtab = b
	br, err := openBlock(s.data, b, p.blockInfo[moduleStrtabID])
	if err != nil {
		return err
	}
	for {
		kind, err := br.next()
		switch {
		case err != nil || kind == endBlock:
			return err
		case kind == enterSubblock:
			return fmt.Errorf("bitcode: block %d at byte %d: unexpected in MODULE_STRTAB_BLOCK",
				br.sub.id, br.sub.length)
		case kind == defineAbbrev:
			br.abbrevs = append(br.abbrevs, br.defined)
		case br.blob:
			return fmt.Errorf("bitcode: record at byte %d: unexpected blob in MODULE_STRTAB_BLOCK", br.start/8)
		case br.code == entryCode:
			if err := p.readEntry(br); err != nil {
				return err
			}
		case len(s.modules) == 0:
			s.lead = append(s.lead, p.copyRecord(br))
		default:
			last := &s.modules[len(s.modules)-1]
			last.more = append(last.more, p.copyRecord(br))
		}
	}
}

func (p *parser) readEntry(br *blockReader) error {
	if len(br.ops) == 0 {
		return fmt.Errorf("bitcode: record at byte %d: ENTRY without a module id", br.start/8)
	}
	p.text = p.text[:0]
	for _, c := range br.ops[1:] {
		if c > 0xff {
			return fmt.Errorf("bitcode: record at byte %d: character %d of a path isn't a byte", br.start/8, c)
		}
		p.text = append(p.text, byte(c))
	}
	p.shard.modules = append(p.shard.modules, module{id: br.ops[0], path: string(p.text)})
	return nil
}

// readSummary reads the summaries. Unknown content is no error: the block then stays
// as it is, and Shard.KeptNumbers says why.
func (p *parser) readSummary(b block) {
	s := p.shard
	if s.index.end != 0 {
		s.keepNumbers(fmt.Errorf("a second block %d (GLOBALVAL_SUMMARY_BLOCK) at byte %d", b.id, b.length))
		return
	}
	s.index = b
	content, err := p.summaryIn(b)
	if err != nil {
		s.keepNumbers(err)
		return
	}
	s.summary = content
}

func (p *parser) summaryIn(b block) (*summary, error) {
	br, err := openBlock(p.shard.data, b, p.blockInfo[summaryID])
	if err != nil {
		return nil, err
	}
	content := &summary{}
	for {
		kind, err := br.next()
		switch {
		case err != nil:
			return nil, err
		case kind == endBlock:
			return content, nil
		case kind == enterSubblock:
			return nil, fmt.Errorf("block %d in block %d (GLOBALVAL_SUMMARY_BLOCK) is unknown", br.sub.id, b.id)
		case kind == defineAbbrev:
			br.abbrevs = append(br.abbrevs, br.defined)
		case br.blob:
			return nil, malformed(record{code: br.code})
		default:
			if err := content.addRecord(p.copyRecord(br)); err != nil {
				return nil, err
			}
		}
	}
}

// copyRecord returns the record that br has read, in memory of its own. Records share
// slabs of memory, because a shard has thousands.
func (p *parser) copyRecord(br *blockReader) record {
	if cap(p.ops)-len(p.ops) < len(br.ops) {
		p.ops = make([]uint64, 0, max(1024, len(br.ops)))
	}
	start := len(p.ops)
	p.ops = append(p.ops, br.ops...)
	return record{br.code, p.ops[start:len(p.ops):len(p.ops)]}
}
