package bitcode

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
)

// A Literal is a constant that clang and LLVM name by a counter: the text of a string
// literal is ".str", ".str.1" and so on; one that a call of puts got for printf is "str.2".
// One more literal in a module renames all that follow.
type Literal struct {
	GUID   uint64
	Base   string // its name without the number
	Number string // with the dot before it; none for the first
	Plain  bool   // it has neither a section nor anything else that is rare
}

var literalName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\.?str)(\.[0-9]+)?$`)
})

// Literals returns the module's literals in its order. It returns none for a module that
// tells GUIDs, because such a literal's GUID would not follow its name.
func (m *Module) Literals() []Literal {
	if m.names == nil || m.guidsWritten {
		return m.literals
	}
	var literals []Literal
	for id, v := range m.values {
		if !v.numbered || v.at+v.length > uint64(len(m.names)) || v.at+v.length < v.at {
			continue
		}
		if found := literalName().FindSubmatch(m.names[v.at : v.at+v.length]); found != nil {
			literals = append(literals, Literal{m.guid(id), string(found[1]), string(found[2]), v.plain})
		}
	}
	return literals
}

// isPlain reports whether a variable's record says no more than its type, initial value,
// linkage, alignment, and whether its address matters. Source: writeModuleInfo in
// llvm/lib/Bitcode/Writer/BitcodeWriter.cpp.
func isPlain(ops []uint64) bool {
	const flags, addressSpaces, alignment, section, unnamed, local, partition, size = 3, 2, 6, 7, 10, 15, 16, 20
	if len(ops) > size || len(ops) <= alignment || ops[flags]>>addressSpaces != 0 || ops[alignment] == 0 {
		return false
	}
	for i := section; i < len(ops); i++ {
		if ops[i] != 0 && i != unnamed && i != local && i != partition {
			return false
		}
	}
	return true
}

// Source returns the name of the source that the module was compiled from. GUIDs of local
// values depend on it.
func (m *Module) Source() string { return m.source }

// LiteralGUID returns the GUID that a literal of the module would have with another number.
func (m *Module) LiteralGUID(l Literal, number uint64) uint64 {
	return GUID(fmt.Sprint(l.Base, ".", number), m.source, true)
}

// GUIDs returns the GUIDs of all values that the shard mentions.
func (s *Shard) GUIDs() map[uint64]bool {
	guids := map[uint64]bool{}
	if s.summary != nil {
		for _, rec := range s.summary.guids {
			guids[guidIn(rec)] = true
		}
	}
	return guids
}

// Copied returns the GUIDs of the variables that a backend of the shard doesn't only read
// from other modules' memory, but copies, because nothing writes or nothing reads them.
func (s *Shard) Copied() map[uint64]bool {
	ids := map[uint64]bool{}
	if s.summary == nil {
		return ids
	}
	for _, v := range s.summary.values {
		const flags, readOnly, writeOnly = 3, 1, 2
		if v.own.code == combinedGlobalVar && v.own.ops[flags]&(readOnly|writeOnly) != 0 {
			ids[v.own.ops[opValue]] = true
		}
	}
	guids := map[uint64]bool{}
	for _, rec := range s.summary.guids {
		if ids[rec.ops[opValue]] {
			guids[guidIn(rec)] = true
		}
	}
	return guids
}

// WithGUIDs returns the shard that LLVM would have written if each GUID in other were the
// one that other has for it.
func (s *Shard) WithGUIDs(other map[uint64]uint64) (*Shard, error) {
	if len(other) == 0 || s.summary == nil {
		return s, nil
	}
	changed, sum := *s, *s.summary
	sum.guids = slices.Clone(sum.guids)
	for i, rec := range sum.guids {
		guid, replaced := other[guidIn(rec)]
		switch {
		case !replaced:
		case len(rec.ops) == 3:
			sum.guids[i].ops = []uint64{rec.ops[opValue], guid >> 32, guid & 0xffffffff}
		default:
			sum.guids[i].ops = []uint64{rec.ops[opValue], guid}
		}
	}
	changed.summary = &sum
	return Parse(changed.Rename(func(path string) string { return path }))
}
