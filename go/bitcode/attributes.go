package bitcode

// Blocks and records of a module's attributes, which come before its functions, and numbers
// in them. Source: llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	attributeListsID  = 9
	attributeGroupsID = 10

	attributeList  = 2 // the numbers of its groups
	attributeGroup = 3 // its number, what it belongs to, attributes

	ofFunction      = 0xffffffff // what the attributes of a function itself belong to
	memoryAttribute = 86         // the function uses certain memory only
)

// attributes are those of a module's functions, as far as they matter to Seen.
type attributes struct {
	groups map[uint64]bool // the numbers of the groups that say which memory a function uses
	lists  []bool          // whether a list has such a group
}

func (a *attributes) readGroups(p *parser, b block) error {
	a.groups = map[uint64]bool{}
	return p.records(b, func(kind uint64, br *blockReader) error {
		if kind > defineAbbrev && br.code == attributeGroup && len(br.ops) > 2 && br.ops[1] == ofFunction {
			a.groups[br.ops[0]] = limitsMemory(br.ops[2:])
		}
		return nil
	})
}

func (a *attributes) readLists(p *parser, b block) error {
	return p.records(b, func(kind uint64, br *blockReader) error {
		if kind <= defineAbbrev || br.code != attributeList {
			return nil
		}
		limits := false
		for _, group := range br.ops {
			limits = limits || a.groups[group]
		}
		a.lists = append(a.lists, limits)
		return nil
	})
}

// limitsMemory reports whether the attributes of a function say which memory it uses, or
// may say so in a form that isn't known here. Source: writeAttributeGroupTable in
// llvm/lib/Bitcode/Writer/BitcodeWriter.cpp.
func limitsMemory(ops []uint64) bool {
	const name, number, text, textAndValue, typeless, typed = 0, 1, 3, 4, 5, 6
	for len(ops) > 1 {
		size, texts := 2, 0
		switch ops[0] {
		case name, typeless:
		case number, typed:
			if size = 3; ops[1] == memoryAttribute {
				return true
			}
		case text:
			size, texts = 1, 1
		case textAndValue:
			size, texts = 1, 2
		default:
			return true
		}
		for ; texts > 0; texts-- { // each ends with a 0
			for size < len(ops) && ops[size] != 0 {
				size++
			}
			size++
		}
		ops = ops[min(size, len(ops)):]
	}
	return false
}

// limitMemory reports whether a list says which memory a function uses. Lists are numbered
// from 1 on; 0 is an empty one.
func (a *attributes) limitMemory(list uint64) bool {
	return list > 0 && list <= uint64(len(a.lists)) && a.lists[list-1]
}
