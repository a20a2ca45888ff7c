package bitcode

import (
	"encoding/binary"
	"errors"
)

const declareBlocksCode = 1 // of FUNCTION_BLOCK: how many basic blocks

// notInstructions holds the codes of FUNCTION_BLOCK's records that are no
// instructions. Source: FunctionCodes in llvm/include/llvm/Bitcode/LLVMBitCodes.h.
var notInstructions = map[uint64]bool{
	declareBlocksCode: true, 33: true, 35: true, // DEBUG_LOC_AGAIN, DEBUG_LOC
	55: true, 60: true, // OPERAND_BUNDLE, BLOCKADDR_USERS
	61: true, 62: true, 63: true, 64: true, 65: true, // debug records
}

var errNotBitcode = errors.New("bitcode: no magic number")

// Instructions counts the instructions of a full module.
func Instructions(data []byte) (int, error) {
	if len(data) < 4 || len(data)%4 != 0 || binary.LittleEndian.Uint32(data) != magic {
		return 0, errNotBitcode
	}
	p := parser{blockInfo: map[uint64][]abbrev{}, shard: &Shard{data: data}}
	total := 0
	r := reader{data: data, pos: 32}
	for r.pos < r.end() && r.fixed(2) == enterSubblock {
		b := r.block()
		if r.err != nil {
			return 0, r.err
		}
		n, err := p.instructionsIn(b)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// instructionsIn counts the instructions of a top-level block; only a module has any.
func (p *parser) instructionsIn(b block) (total int, err error) {
	if b.id != moduleID {
		return 0, nil
	}
	br, err := openBlock(p.shard.data, b, nil)
	if err != nil {
		return 0, err
	}
	for {
		kind, err := br.next()
		n := 0
		switch {
		case err != nil || kind == endBlock:
			return total, err
		case kind == defineAbbrev:
			br.abbrevs = append(br.abbrevs, br.defined)
		case kind == enterSubblock && br.sub.id == blockInfoID:
			err = p.readBlockInfo(br.sub)
		case kind == enterSubblock && br.sub.id == functionID:
			n, err = p.instructionsOf(br.sub)
		}
		if err != nil {
			return 0, err
		}
		total += n
	}
}

// instructionsOf counts the instructions of a function.
func (p *parser) instructionsOf(b block) (total int, err error) {
	br, err := openBlock(p.shard.data, b, p.blockInfo[functionID])
	if err != nil {
		return 0, err
	}
	for {
		kind, err := br.next()
		switch {
		case err != nil || kind == endBlock:
			return total, err
		case kind == defineAbbrev:
			br.abbrevs = append(br.abbrevs, br.defined)
		case kind != enterSubblock && !notInstructions[br.code]:
			total++
		}
	}
}
