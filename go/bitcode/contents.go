package bitcode

import (
	"errors"
	"fmt"
)

// More of LLVMBitCodes.h: what Contents reads.
const (
	metadataID = 15
	typesID    = 17

	metadataValueCode = 2 // of METADATA_BLOCK: type, value id
	metadataNameCode  = 4 // characters
	numEntryCode      = 1 // of TYPE_BLOCK: no type
	floatType         = 3
	doubleType        = 4
	integerType       = 7
	halfType          = 10
	structNameCode    = 19 // no type, either
)

// A Value is a function, variable or alias that a module defines or mentions.
type Value struct {
	GUID       uint64
	Local      bool // its name belongs to this module alone
	Body       bool // it is defined here
	Appending  bool // a list that LLVM keeps itself, such as llvm.used
	InMetadata bool // metadata may refer to it, of which LLVM's lists of uses don't tell
}

// Contents are what a module consists of, in LLVM's order.
type Contents struct {
	Variables, Functions, Aliases []Value
	IFuncs                        bool
	NamedMetadata                 []string
	// Metadata may refer to constants that are expressions: LLVM's lists of uses show the
	// expressions as unused.
	MetadataExpressions bool
}

// Contents reads more of the module. Of what only functions' bodies hold it reads those of
// the functions for which kept is true.
func (m *Module) Contents(kept func(guid uint64) bool) (*Contents, error) {
	c := contents{Module: m, kept: kept, inMetadata: map[uint64]bool{}}
	if err := m.parser.records(m.body, c.readModuleItem); err != nil {
		return nil, err
	}
	for id, v := range m.values {
		value := Value{m.guid(id), v.local, v.body, v.appending, c.inMetadata[uint64(id)]}
		switch v.code {
		case globalVarCode:
			c.result.Variables = append(c.result.Variables, value)
		case functionCode:
			c.result.Functions = append(c.result.Functions, value)
		case aliasCode:
			c.result.Aliases = append(c.result.Aliases, value)
		default:
			c.result.IFuncs = true
		}
	}
	return &c.result, nil
}

// errEnough ends the reading of a block.
var errEnough = errors.New("bitcode: enough was read")

type contents struct {
	*Module
	kept       func(guid uint64) bool
	numbers    []bool          // of each type, whether its values are numbers
	inMetadata map[uint64]bool // by value id
	bodies     int             // FUNCTION_BLOCKs that were read
	result     Contents
}

func (c *contents) readModuleItem(kind uint64, br *blockReader) error {
	if kind != enterSubblock {
		return nil
	}
	switch br.sub.id {
	case typesID:
		return c.parser.records(br.sub, c.readType)
	case metadataID:
		return c.parser.records(br.sub, c.readMetadata)
	case functionID:
		c.bodies++
		if c.bodies > len(c.defined) {
			return fmt.Errorf("bitcode: block %d at byte %d: more functions' bodies than functions",
				br.sub.id, br.sub.length)
		}
		if c.kept(c.guid(c.defined[c.bodies-1])) {
			if err := c.parser.records(br.sub, c.readFunctionItem); err != errEnough {
				return err
			}
		}
	}
	return nil
}

func (c *contents) readType(kind uint64, br *blockReader) error {
	if kind <= defineAbbrev || br.code == numEntryCode || br.code == structNameCode {
		return nil
	}
	number := br.code == integerType || br.code == floatType || br.code == doubleType || br.code == halfType
	c.numbers = append(c.numbers, number)
	return nil
}

func (c *contents) readMetadata(kind uint64, br *blockReader) error {
	switch {
	case kind <= defineAbbrev:
	case br.code == metadataNameCode:
		c.result.NamedMetadata = append(c.result.NamedMetadata, textOf(br.ops))
	case br.code == metadataValueCode && len(br.ops) == 2:
		number := br.ops[0] < uint64(len(c.numbers)) && c.numbers[br.ops[0]]
		switch {
		case number:
		case br.ops[1] < uint64(len(c.values)):
			c.inMetadata[br.ops[1]] = true
		default:
			c.result.MetadataExpressions = true
		}
	}
	return nil
}

// readFunctionItem reads a body's metadata, which stands before its instructions.
func (c *contents) readFunctionItem(kind uint64, br *blockReader) error {
	switch {
	case kind == enterSubblock && br.sub.id == metadataID:
		return c.parser.records(br.sub, c.readMetadata)
	case kind > defineAbbrev && !notInstructions[br.code]:
		return errEnough
	}
	return nil
}
