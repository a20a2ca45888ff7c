package bitcode

import (
	"crypto/md5"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// Records of MODULE_BLOCK that declare or define values, whose ids follow their order;
// and of a module's summary. Source: llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	globalVarCode      = 7 // each of the four: place of the name, its length, 3 others, linkage
	functionCode       = 8
	aliasCode          = 14
	ifuncCode          = 18
	sourceFileNameCode = 16 // characters
	guidListCode       = 20 // the upper and lower half of each value's GUID, in the order of their ids

	permodule        = 1  // valueid, flags, 2 others, number of references, 2 others, references, calls
	permoduleProfile = 2  // the same; calls are pairs of a valueid and flags
	permoduleVar     = 3  // valueid, 2 others, references
	permoduleAlias   = 7  // valueid, flags, aliasee
	permoduleVtable  = 23 // valueid, 2 others, number of references, references, offsets

	namesCode = 1 // of STRTAB_BLOCK: a blob
)

// A declaredValue is a function, variable or alias that a module defines or mentions.
type declaredValue struct {
	code       uint64
	at, length uint64 // of its name
	variable   bool
	local      bool
	body       bool
	limited    bool // a function of which it is said which memory it uses
	appending  bool
	numbered   bool // a private constant, whose name clang may have made of a counter
	plain      bool // see isPlain
}

// Forget lets go of the bytes of the module's file. Afterwards the module is good for
// Mentions and Literals alone.
func (m *Module) Forget() {
	m.literals = m.Literals()
	guids := make([]uint64, len(m.values))
	for id := range guids {
		guids[id] = m.guid(id)
	}
	m.guids, m.guidsWritten = guids, false
	m.indexGUIDs()
	m.names, m.parser, m.version, m.flags, m.attributes = nil, parser{}, nil, nil, attributes{}
}

// Values returns how many functions, variables and aliases the module has.
func (m *Module) Values() int { return len(m.values) }

// guid returns the number by which summaries name the value with an id. LLVM 23 and later
// write it into the module: it stays when a value gets another name or linkage.
func (m *Module) guid(id int) uint64 {
	if id < len(m.guids) && m.guids[id] != 0 {
		return m.guids[id]
	}
	v := m.values[id]
	if v.at+v.length > uint64(len(m.names)) || v.at+v.length < v.at {
		return 0
	}
	name := string(m.names[v.at : v.at+v.length])
	return GUID(name, m.source, v.local)
}

// GUID returns the number by which summaries name a value with a name. A local value's number depends
// on the name of the module's source file. Source: GlobalValue::getGlobalIdentifier and
// getGUID in llvm/include/llvm/IR/GlobalValue.h.
func GUID(name, source string, local bool) uint64 {
	name = strings.TrimPrefix(name, "\x01") // which keeps a name from being mangled
	if local {
		if source == "" {
			source = "<unknown>"
		}
		name = source + ";" + name
	}
	sum := md5.Sum([]byte(name))
	return binary.LittleEndian.Uint64(sum[:])
}

// variables returns the GUIDs of the variables that m defines or mentions and that other
// modules can mention, too.
func (m *Module) variables() map[uint64]bool {
	list := map[uint64]bool{}
	for id, v := range m.values {
		if v.variable && !v.local {
			list[m.guid(id)] = true
		}
	}
	return list
}

// needs adds to list the GUIDs of m's variables that the values in keep are or refer to.
func (m *Module) needs(keep []uint64, list map[uint64]bool) {
	add := func(id uint64) {
		if id < uint64(len(m.values)) && m.values[id].variable && !m.values[id].local {
			list[m.guid(int(id))] = true
		}
	}
	for id, refs := range m.references {
		if id >= uint64(len(m.values)) {
			continue
		}
		if _, kept := slices.BinarySearch(keep, m.guid(int(id))); !kept {
			continue
		}
		add(id)
		for _, to := range refs {
			add(to)
			if m.values[id].code != aliasCode {
				continue
			}
			for _, further := range m.references[to] { // what it is another name of is imported, too
				add(further)
			}
		}
	}
}

// An Import is a module from which some values are imported.
type Import struct {
	Module *Module
	Keep   []uint64 // GUIDs, in ascending order
}

// Mentions returns, for each import, the GUIDs of those of its module's variables that
// stand in the importing module, too, or get there with an import. LLVM moves such a
// variable to the end of the importing module's list whenever an imported module mentions
// it, even if nothing that is imported needs it, and the object's order follows that list.
func Mentions(importer *Module, imports []Import) [][]uint64 {
	there := importer.variables()
	for _, i := range imports {
		i.Module.needs(i.Keep, there)
	}
	lists := make([][]uint64, len(imports))
	for n, i := range imports {
		for guid := range i.Module.variables() {
			if there[guid] {
				lists[n] = append(lists[n], guid)
			}
		}
		slices.Sort(lists[n])
	}
	return lists
}

// readDeclaration takes note of a record of MODULE_BLOCK.
func (m *Module) readDeclaration(br *blockReader) error {
	switch br.code {
	case sourceFileNameCode:
		m.source = textOf(br.ops)
	case guidListCode:
		m.guidsWritten = true
		for i := 0; i+1 < len(br.ops); i += 2 {
			m.guids = append(m.guids, br.ops[i]<<32|br.ops[i+1]&0xffffffff)
		}
	case globalVarCode, functionCode, aliasCode, ifuncCode:
		const body, linkage, appending = 4, 5, 2
		if len(br.ops) <= linkage {
			return errors.New("bitcode: a value without linkage")
		}
		v := declaredValue{
			code:      br.code,
			at:        br.ops[0],
			length:    br.ops[1],
			variable:  br.code == globalVarCode,
			local:     isLocalCode(br.ops[linkage]),
			appending: br.ops[linkage] == appending,
		}
		switch br.code {
		case globalVarCode: // the id of its value, or 0
			const flags, constant, private = 3, 1, 9
			v.body = br.ops[body] != 0
			v.numbered = v.body && br.ops[flags]&constant != 0 && br.ops[linkage] == private
			v.plain = isPlain(br.ops)
		case functionCode: // 1 if it has none
			if v.body = br.ops[body] == 0; v.body {
				m.defined = append(m.defined, len(m.values))
			}
			const attributes = 6
			v.limited = len(br.ops) > attributes && m.attributes.limitMemory(br.ops[attributes])
		default:
			v.body = true
		}
		m.values = append(m.values, v)
	}
	return nil
}

// isLocalCode reports whether the number stands for a linkage of local values in records
// of values. Source: getDecodedLinkage in llvm/lib/Bitcode/Reader/BitcodeReader.cpp.
func isLocalCode(linkage uint64) bool {
	const internal, private, linkerPrivate, linkerPrivateWeak = 3, 9, 13, 14
	return linkage == internal || linkage == private || linkage == linkerPrivate || linkage == linkerPrivateWeak
}

// readReferences takes note of a record of the summary.
func (m *Module) readReferences(rec record) {
	first, count := 0, uint64(0)
	switch ops := rec.ops; {
	case (rec.code == permodule || rec.code == permoduleProfile) && len(ops) > 6:
		first, count = 7, ops[4]
	case rec.code == permoduleVtable && len(ops) > 3:
		first, count = 4, ops[3]
	case rec.code == permoduleVar && len(ops) > 2:
		first, count = 3, uint64(len(ops)-3)
	case rec.code == permoduleAlias && len(ops) > 2:
		first, count = 2, 1
	}
	if first > 0 && count <= uint64(len(rec.ops)-first) {
		m.references[rec.ops[0]] = rec.ops[first : first+int(count) : first+int(count)]
		if rec.code == permoduleProfile {
			for i := first + int(count); i < len(rec.ops); i += 2 {
				m.calls[rec.ops[0]] = append(m.calls[rec.ops[0]], rec.ops[i])
			}
		}
	}
}

// checkNames fails if values share a name. LLVM never writes that, and reading all names
// could take arbitrarily long.
func (m *Module) checkNames() error {
	total := uint64(0)
	for _, v := range m.values {
		if total += v.length; v.length > uint64(len(m.names)) || total > uint64(len(m.names)) {
			return errors.New("bitcode: the names of values are longer than the table of names")
		}
	}
	return nil
}

func (m *Module) readNames(p *parser, b block) error {
	return p.records(b, func(kind uint64, br *blockReader) error {
		if kind > defineAbbrev && br.code == namesCode && br.blob {
			m.names = br.content
		}
		return nil
	})
}

func textOf(ops []uint64) string {
	text := make([]byte, len(ops))
	for i, c := range ops {
		text[i] = byte(c)
	}
	return string(text)
}
