package bitcode

import (
	"cmp"
	"slices"
)

// The records of GLOBALVAL_SUMMARY_BLOCK whose operands are understood here.
// Source: IndexBitcodeWriter::writeCombinedGlobalValueSummary, LLVM 22. The
// others that an index may hold (memory profiles, parameter accesses) are
// rare.
const (
	combinedProfile   = 5  // valueid, modid, 4 others, numrefs, 2 others, numrefs × valueid, n × (valueid, flags)
	combinedGlobalVar = 6  // valueid, modid, 2 others, n × valueid
	combinedAlias     = 8  // valueid, modid, flags, valueid
	summaryVersion    = 10 //
	typeTests         = 11 // up to typeCheckedLoad: type ids, of the function that follows
	typeCheckedLoad   = 15
	valueGUID         = 16 // valueid, guid (LLVM 22: upper half, lower half)
	cfiFunctionDefs   = 17 // names
	cfiFunctionDecls  = 18 // names
	summaryFlags      = 20
	typeID            = 21 // names
	blockCount        = 24
)

// Operands of the records of values.
const (
	opValue  = 0
	opModule = 1
	opRefs   = 6 // of combinedProfile: how many references follow
)

// ownOperands is how many operands stand before the value ids.
var ownOperands = map[uint64]int{combinedProfile: 9, combinedGlobalVar: 4, combinedAlias: 3}

// A summary is the content of GLOBALVAL_SUMMARY_BLOCK, in the order in which
// LLVM writes it.
type summary struct {
	head    []record // version and flags
	guids   []record // a value id for each GUID
	values  []value  // functions and variables
	aliases []value
	tail    []record // names and counts

	leading []record // of a value whose own record hasn't been read
}

// A value is what is known of one value in one module.
type value struct {
	leading []record // type tests, which LLVM reads as those of the function that follows
	own     record
}

// add takes the next record, and reports whether it is understood and stands
// where LLVM writes it.
func (s *summary) add(rec record) bool {
	begun := len(s.values)+len(s.aliases)+len(s.tail)+len(s.leading) > 0
	switch code := rec.code; {
	case code == summaryVersion || code == summaryFlags:
		s.head = append(s.head, rec)
		return !begun && len(s.guids) == 0
	case code == valueGUID:
		s.guids = append(s.guids, rec)
		return !begun && (len(rec.ops) == 2 || len(rec.ops) == 3)
	case code >= typeTests && code <= typeCheckedLoad:
		s.leading = append(s.leading, rec)
		return len(s.aliases)+len(s.tail) == 0
	case code == combinedProfile || code == combinedGlobalVar:
		s.values = append(s.values, value{s.leading, rec})
		s.leading = nil
		ofFunction := code == combinedProfile || len(s.values[len(s.values)-1].leading) == 0
		return len(s.aliases)+len(s.tail) == 0 && ofFunction && wellFormed(rec)
	case code == combinedAlias:
		s.aliases = append(s.aliases, value{nil, rec})
		return len(s.tail)+len(s.leading) == 0 && wellFormed(rec)
	case code == cfiFunctionDefs || code == cfiFunctionDecls || code == typeID || code == blockCount:
		s.tail = append(s.tail, rec)
		return len(s.leading) == 0
	}
	return false
}

func wellFormed(rec record) bool {
	more := len(rec.ops) - ownOperands[rec.code]
	switch {
	case more < 0:
		return false
	case rec.code == combinedProfile:
		refs := rec.ops[opRefs]
		return refs <= uint64(more) && (uint64(more)-refs)%2 == 0
	case rec.code == combinedAlias:
		return more == 1
	}
	return true
}

// renumberValues gives the values the ids 1, 2, … in the order of their GUIDs.
// LLVM's own numbering depends on hashes of the module paths, and so on the
// linker's PID. It reports false, and leaves s unusable, when a record names a
// value or a module that isn't there.
func (s *summary) renumberValues(modules []module) bool {
	if len(s.leading) > 0 {
		return false
	}
	known := make(map[uint64]bool, len(modules))
	for _, m := range modules {
		if known[m.id] {
			return false
		}
		known[m.id] = true
	}
	ids := make(map[uint64]uint64, len(s.guids))
	slices.SortStableFunc(s.guids, func(x, y record) int { return slices.Compare(x.ops[1:], y.ops[1:]) })
	for i, rec := range s.guids {
		if ids[rec.ops[opValue]] != 0 {
			return false
		}
		ids[rec.ops[opValue]] = uint64(i + 1)
		rec.ops[opValue] = uint64(i + 1)
	}
	for _, values := range [][]value{s.values, s.aliases} {
		for _, v := range values {
			if !known[v.own.ops[opModule]] || !replaceValues(v.own, ids) {
				return false
			}
		}
	}
	return true
}

// replaceValues replaces the value ids in a record.
func replaceValues(rec record, ids map[uint64]uint64) (ok bool) {
	ok = true
	replace := func(op *uint64) {
		*op = ids[*op]
		ok = ok && *op != 0
	}
	replace(&rec.ops[opValue])
	own := ownOperands[rec.code]
	refs := len(rec.ops)
	if rec.code == combinedProfile {
		refs = own + int(rec.ops[opRefs])
	}
	for i := own; i < refs; i++ {
		replace(&rec.ops[i])
	}
	for i := refs; i < len(rec.ops); i += 2 { // callee, flags
		replace(&rec.ops[i])
	}
	return ok
}

// write writes s for modules with new ids, sorted by them.
func (s *summary) write(w *writer, modules map[uint64]uint64) {
	for _, records := range [][]record{s.head, s.guids} {
		for _, rec := range records {
			w.record(rec)
		}
	}
	var own record
	for _, values := range [][]value{s.values, s.aliases} {
		for _, i := range order(values, modules) {
			v := values[i]
			for _, rec := range v.leading {
				w.record(rec)
			}
			own = record{v.own.code, append(own.ops[:0], v.own.ops...)}
			own.ops[opModule] = modules[own.ops[opModule]]
			w.record(own)
		}
	}
	for _, rec := range s.tail {
		w.record(rec)
	}
}

// order returns the positions of values in the order of their modules' new ids
// and their own. Both count what the shard holds, so they fit 32 bits.
func order(values []value, modules map[uint64]uint64) []int {
	type position struct {
		key uint64
		at  int
	}
	sorted := make([]position, len(values))
	for i, v := range values {
		sorted[i] = position{modules[v.own.ops[opModule]]<<32 | v.own.ops[opValue], i}
	}
	slices.SortFunc(sorted, func(x, y position) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.at, y.at))
	})
	positions := make([]int, len(sorted))
	for i, p := range sorted {
		positions[i] = p.at
	}
	return positions
}
