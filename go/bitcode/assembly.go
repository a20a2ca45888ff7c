package bitcode

import (
	"encoding/binary"
	"fmt"
)

// More block ids and record codes. Source: llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	constantsID = 11

	moduleAsmCode    = 4  // of MODULE_BLOCK: characters
	lastModuleCode   = 18 // that this package knows
	stringTableCode  = 1  // of STRTAB_BLOCK: a blob
	lastConstantCode = 33 // that this package knows
	blockUsersCode   = 60 // of FUNCTION_BLOCK; like DECLAREBLOCKS, it is no instruction
	lastFunctionCode = 65 // that this package knows
)

// inlineAsmHead maps the record code of each version of INLINEASM to the number of its
// operands before the length of its text (BitcodeReader::parseConstants).
var inlineAsmHead = map[uint64]int{18: 1, 23: 1, 28: 1, 30: 2}

// Assembly is the text in a file of modules that an assembler reads when a
// backend compiles them.
type Assembly struct {
	Modules   []string // of the modules themselves
	Templates []string // of calls in functions; $0, ${0:c} and the like stand for operands
	Others    []string // records that only later LLVMs know: numbers, and perhaps assembly
	Symbols   [][]byte // the names of each module's symbols, without anything between them
}

// ReadAssembly reads all assembly of a file of bitcode, which may hold several
// modules. The error says that data isn't bitcode, or is damaged.
func ReadAssembly(data []byte) (*Assembly, error) {
	data, err := unwrap(data)
	if err != nil {
		return nil, err
	}
	if len(data) < 4 || binary.LittleEndian.Uint32(data) != magic {
		return nil, errNotBitcode
	}
	a := &assemblyReader{}
	r := reader{data: data, pos: 32}
	for r.pos+64 < r.end() { // LLVM accepts up to 7 bytes behind the last block
		at := r.pos / 8
		if r.fixed(2) != enterSubblock {
			return nil, fmt.Errorf("bitcode: no block at byte %d", at)
		}
		b := r.block()
		if r.err != nil {
			return nil, r.err
		}
		// Each module has abbreviations of its own.
		a.parser = parser{blockInfo: map[uint64][]abbrev{}, shard: &Shard{data: data}}
		switch b.id {
		case moduleID:
			err = a.module(b)
		case strtabID:
			err = a.strtab(b)
		}
		if err != nil {
			return nil, err
		}
	}
	return &a.Assembly, nil
}

type assemblyReader struct {
	Assembly
	parser parser
}

// walk calls visit and sub for each record and block in a block, until one of them
// returns false or an error. A nil function skips them.
func (a *assemblyReader) walk(b block, visit func(*blockReader) (bool, error), sub func(block) error) error {
	br, err := openBlock(a.parser.shard.data, b, a.parser.blockInfo[b.id])
	if err != nil {
		return err
	}
	for {
		kind, err := br.next()
		more := true
		switch {
		case err != nil || kind == endBlock:
			return err
		case kind == defineAbbrev:
			br.abbrevs = append(br.abbrevs, br.defined)
		case kind == enterSubblock:
			if sub != nil {
				err = sub(br.sub)
			}
		default:
			more, err = visit(br)
		}
		if err != nil || !more {
			return err
		}
	}
}

func (a *assemblyReader) module(b block) error {
	return a.walk(b, func(br *blockReader) (bool, error) {
		switch {
		case br.code == moduleAsmCode:
			a.Modules = append(a.Modules, br.text(0, len(br.ops)))
		case br.code > lastModuleCode:
			a.Others = append(a.Others, br.perhapsText())
		}
		return true, nil
	}, func(sub block) error {
		switch sub.id {
		case blockInfoID:
			return a.parser.readBlockInfo(sub)
		case constantsID:
			return a.constants(sub)
		case functionID:
			return a.function(sub)
		}
		return nil
	})
}

// function reads a function's constants. LLVM writes them before the first
// instruction (ModuleBitcodeWriter::writeFunction); the rest, which is nearly
// all of a module, is skipped.
func (a *assemblyReader) function(b block) error {
	return a.walk(b, func(br *blockReader) (bool, error) {
		isInstruction := br.code != declareBlocksCode && br.code != blockUsersCode && br.code <= lastFunctionCode
		return !isInstruction, nil
	}, func(sub block) error {
		if sub.id == constantsID {
			return a.constants(sub)
		}
		return nil
	})
}

func (a *assemblyReader) constants(b block) error {
	return a.walk(b, func(br *blockReader) (bool, error) {
		head, is := inlineAsmHead[br.code]
		switch {
		case is:
			if head >= len(br.ops) || br.ops[head] > uint64(len(br.ops)-head-1) {
				return false, fmt.Errorf("bitcode: record at byte %d: INLINEASM without its text", br.start/8)
			}
			a.Templates = append(a.Templates, br.text(head+1, head+1+int(br.ops[head])))
		case br.code > lastConstantCode:
			a.Others = append(a.Others, br.perhapsText())
		}
		return true, nil
	}, nil)
}

func (a *assemblyReader) strtab(b block) error {
	return a.walk(b, func(br *blockReader) (bool, error) {
		if br.code == stringTableCode && br.blob {
			a.Symbols = append(a.Symbols, br.content)
		}
		return true, nil
	}, nil)
}

// text returns operands of a record as characters. LLVM writes characters beyond
// ASCII as large numbers, because char has a sign.
func (br *blockReader) text(from, to int) string {
	text := make([]byte, 0, to-from)
	for _, c := range br.ops[from:to] {
		text = append(text, byte(c))
	}
	return string(text)
}

// perhapsText returns all operands of a record as characters. An operand that can't be
// a character, such as a GUID, becomes the end of a line.
func (br *blockReader) perhapsText() string {
	text := []byte(br.text(0, len(br.ops)))
	for i, c := range br.ops {
		if c > 0xff && uint32(c) < 0xffffff80 {
			text[i] = '\n'
		}
	}
	return string(text)
}
