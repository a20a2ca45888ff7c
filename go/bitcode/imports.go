package bitcode

import (
	"errors"
	"fmt"
	"slices"
)

// hashCode is a record of MODULE_STRTAB_BLOCK: the five 32-bit words of the hash of the
// module whose ENTRY stands before it.
const (
	hashCode  = 2
	hashWords = 5
)

// Imports returns, for the path of each module, the GUIDs of those of its functions,
// variables and aliases that the shard has summaries of, in ascending order. Of the
// shard's own module these are all; of any other, those that its backend imports.
//
// The error says why the backend may read more of these modules than the GUIDs tell.
func (s *Shard) Imports() (map[string][]uint64, error) {
	switch {
	case s.kept != nil:
		return nil, s.kept
	case s.summary == nil:
		return nil, errors.New("it has no summaries")
	}
	if err := s.summary.refersToTypes(); err != nil {
		return nil, err
	}
	guids := make(map[uint64]uint64, len(s.summary.guids))
	for _, rec := range s.summary.guids {
		guids[rec.ops[opValue]] = guidIn(rec)
	}
	paths := make(map[uint64]string, len(s.modules))
	imports := make(map[string][]uint64, len(s.modules))
	for _, m := range s.modules {
		paths[m.id], imports[m.path] = m.path, nil
	}
	for _, values := range [][]value{s.summary.values, s.summary.aliases} {
		for _, v := range values {
			path := paths[v.own.ops[opModule]]
			imports[path] = append(imports[path], guids[v.own.ops[opValue]])
		}
	}
	for path, list := range imports {
		slices.Sort(list)
		imports[path] = slices.Compact(list)
	}
	return imports, nil
}

// guidIn returns the GUID of a valueGUID record, which LLVM 22 writes in two halves.
func guidIn(rec record) uint64 {
	if len(rec.ops) == 3 {
		return rec.ops[1]<<32 | rec.ops[2]
	}
	return rec.ops[1]
}

// refersToTypes returns an error for a summary with the results of whole-program
// devirtualisation or control flow integrity: a backend then looks for types in modules,
// and for names that hold a module's hash.
func (s *summary) refersToTypes() error {
	for _, rec := range s.tail {
		if rec.code != blockCount {
			return recordError(rec, "refers to names or types")
		}
	}
	for _, v := range s.values {
		for _, rec := range v.leading {
			if rec.code >= typeTests && rec.code <= typeCheckedLoad {
				return recordError(rec, "refers to types")
			}
		}
	}
	return nil
}

// PromotionNumbers returns, for the path of each module that has a hash, the number in
// the names of its promoted symbols: a local symbol f that another module needs is called
// f.llvm.NUMBER. It is made of the first two words of the hash. Source:
// ModuleSummaryIndex::getGlobalNameForLocal.
func (s *Shard) PromotionNumbers() map[string]uint64 {
	numbers := map[string]uint64{}
	for _, m := range s.modules {
		if hash := m.hash(); hash != nil {
			numbers[m.path] = hash[0]<<32 | hash[1]
		}
	}
	return numbers
}

// SetPromotionNumbers returns the shard with other hashes, for modules whose paths have a
// number.
func (s *Shard) SetPromotionNumbers(numbers map[string]uint64) ([]byte, error) {
	changed := *s
	changed.modules = slices.Clone(s.modules)
	for i, m := range changed.modules {
		number, wanted := numbers[m.path]
		if !wanted {
			continue
		}
		if m.hash() == nil {
			return nil, fmt.Errorf("bitcode: the shard has no hash of %s", m.path)
		}
		more := slices.Clone(m.more)
		for j, rec := range more {
			if rec.code == hashCode {
				more[j] = record{hashCode, []uint64{number >> 32, number & 0xffffffff, 0, 0, 0}}
			}
		}
		changed.modules[i].more = more
	}
	return changed.Rename(func(path string) string { return path }), nil
}

// hash returns the words of a module's hash, or nil if it has none.
func (m module) hash() []uint64 {
	for _, rec := range m.more {
		if rec.code == hashCode && len(rec.ops) == hashWords {
			return rec.ops
		}
	}
	return nil
}
