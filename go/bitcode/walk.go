package bitcode

import (
	"errors"
	"fmt"
)

// A parser walks the blocks that lead to the module paths.
type parser struct {
	shard *Shard
	r     reader
	infos map[uint64][]abbrev // abbreviations that BLOCKINFO defines, by block id
}

// enter reads a block's head, after its ENTER_SUBBLOCK.
func (p *parser) enter() (id uint64, b blockPos, err error) {
	id = p.r.vbr(8)
	b.width = int(p.r.vbr(4))
	p.r.align()
	b.length = p.r.pos / 8
	words := p.r.fixed(32)
	b.body, b.found = p.r.pos/8, true
	if err := p.r.check(); err != nil {
		return 0, b, err
	}
	if b.width < 2 || b.width > 32 {
		return 0, b, fmt.Errorf("bitcode: block %d at byte %d has abbreviation ids of %d bits", id, b.length, b.width)
	}
	if words > uint64(len(p.r.data)-b.body)/4 {
		return 0, b, fmt.Errorf("bitcode: block %d at byte %d: length %d words runs past the end", id, b.length, words)
	}
	b.end = b.body + int(words)*4
	return id, b, nil
}

func (p *parser) topLevel() error {
	for p.r.pos < p.r.end() {
		if abbrevID := p.r.fixed(2); abbrevID != enterSubblock {
			return fmt.Errorf("bitcode: expected a block before byte %d", p.r.pos/8+1)
		}
		id, b, err := p.enter()
		if err != nil {
			return err
		}
		switch id {
		case blockInfo:
			err = p.blockInfo(b)
		case moduleBlock:
			err = p.module(b)
		}
		if err != nil {
			return err
		}
		p.r.pos = b.end * 8
	}
	return nil
}

// A visitor gets what stands in a block, in order.
type visitor struct {
	block  func(id uint64, b blockPos) error
	record func(record) error
	abbrev func(abbrev) // nil: the abbreviation is for this block's own records
}

// walk visits b, whose head has been read.
func (p *parser) walk(id uint64, b blockPos, v visitor) error {
	abbrevs := append([]abbrev(nil), p.infos[id]...)
	for {
		abbrevID := int(p.r.fixed(b.width))
		if p.r.failed || p.r.pos > b.end*8 {
			return fmt.Errorf("bitcode: block %d at byte %d has no end", id, b.length)
		}
		var err error
		switch abbrevID {
		case endBlock:
			if p.r.align(); p.r.pos != b.end*8 {
				return fmt.Errorf("bitcode: block %d at byte %d doesn't end where its length says", id, b.length)
			}
			return nil
		case enterSubblock:
			var subID uint64
			var sub blockPos
			if subID, sub, err = p.enter(); err == nil && sub.end > b.end {
				err = fmt.Errorf("bitcode: block %d at byte %d runs past block %d", subID, sub.length, id)
			}
			if err == nil {
				err = v.block(subID, sub)
			}
			p.r.pos = sub.end * 8
		case defineAbbrev:
			var a abbrev
			a, err = p.r.readAbbrev()
			if v.abbrev != nil {
				v.abbrev(a)
			} else {
				abbrevs = append(abbrevs, a)
			}
		default:
			var rec record
			if rec, err = p.r.readRecord(abbrevID, abbrevs); err == nil {
				err = v.record(rec)
			}
		}
		if err != nil {
			return err
		}
	}
}

func ignoreBlock(uint64, blockPos) error { return nil }

// blockInfo reads the abbreviations that hold for all blocks of an id.
func (p *parser) blockInfo(b blockPos) error {
	var current uint64
	known := false
	return p.walk(blockInfo, b, visitor{
		block: ignoreBlock,
		record: func(rec record) error {
			if rec.code == setBlockID && len(rec.ops) > 0 {
				current, known = rec.ops[0], true
			}
			return nil
		},
		abbrev: func(a abbrev) {
			if known {
				p.infos[current] = append(p.infos[current], a)
			}
		},
	})
}

func (p *parser) module(b blockPos) error {
	if p.shard.module.found {
		return errors.New("bitcode: more than one module: not a summary index")
	}
	p.shard.module = b
	return p.walk(moduleBlock, b, visitor{
		block: func(id uint64, sub blockPos) error {
			switch id {
			case blockInfo:
				return p.blockInfo(sub)
			case moduleStrtabBlock:
				return p.moduleStrtab(sub)
			case summaryBlock:
				return p.summary(sub)
			case functionBlock:
				return errHasCode
			}
			return nil
		},
		record: func(rec record) error {
			if rec.code == moduleVSTOffset {
				return errHasCode
			}
			return nil
		},
	})
}

// errHasCode refuses a module with code: it holds absolute positions, which
// splicing would make wrong.
var errHasCode = errors.New("bitcode: a module with code, not a summary index")

func (p *parser) moduleStrtab(b blockPos) error {
	if p.shard.strtab.found {
		return errors.New("bitcode: more than one block of module paths")
	}
	p.shard.strtab = b
	return p.walk(moduleStrtabBlock, b, visitor{
		block: func(id uint64, sub blockPos) error {
			return fmt.Errorf("bitcode: unexpected block %d at byte %d among the module paths", id, sub.length)
		},
		record: func(rec record) error { return p.moduleRecord(rec, b) },
	})
}

func (p *parser) moduleRecord(rec record, b blockPos) error {
	known := &p.shard.modules
	switch {
	case rec.hasBlob:
		return fmt.Errorf("bitcode: a blob among the module paths at byte %d", b.body)
	case rec.code != entryRecord && len(*known) == 0:
		return fmt.Errorf("bitcode: record %d before the first module path at byte %d", rec.code, b.body)
	case rec.code != entryRecord:
		last := &(*known)[len(*known)-1]
		last.more = append(last.more, rec)
		return nil
	case len(rec.ops) == 0:
		return fmt.Errorf("bitcode: a module path without an id at byte %d", b.body)
	}
	path := make([]byte, len(rec.ops)-1)
	for i, c := range rec.ops[1:] {
		if c > 0xff {
			return fmt.Errorf("bitcode: character %d in a module path at byte %d", c, b.body)
		}
		path[i] = byte(c)
	}
	*known = append(*known, module{id: rec.ops[0], path: string(path)})
	return nil
}

// summary reads the summaries. What can't be read there stays as it is: the
// compiler may know it.
func (p *parser) summary(b blockPos) error {
	again := p.shard.summary.found
	p.shard.summary = b
	var records []record
	err := p.walk(summaryBlock, b, visitor{
		block: func(uint64, blockPos) error { return errNotUnderstood },
		record: func(rec record) error {
			records = append(records, rec)
			return nil
		},
	})
	if err != nil || again {
		records = nil
	}
	p.shard.values = records
	return nil
}

var errNotUnderstood = errors.New("not understood")
