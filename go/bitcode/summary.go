package bitcode

import (
	"cmp"
	"slices"
)

// The records of GLOBALVAL_SUMMARY_BLOCK that an individual index can hold
// and whose operands are understood here.
// Source: IndexBitcodeWriter::writeCombinedGlobalValueSummary, LLVM 22.
const (
	fsCombinedProfile     = 5  // valueid, modid, flags, instcount, fflags, entrycount, numrefs, rorefs, worefs, numrefs × valueid, n × (valueid, flags)
	fsCombinedGlobalVar   = 6  // valueid, modid, flags, varflags, n × valueid
	fsCombinedAlias       = 8  // valueid, modid, flags, valueid
	fsVersion             = 10 // …
	fsTypeTests           = 11 // of the function that follows; type ids only, as in the next four
	fsTypeCheckedLoadCall = 15
	fsValueGUID           = 16 // valueid, guid (LLVM 22: its upper half, its lower half)
	fsCFIFunctionDefs     = 17 // names
	fsCFIFunctionDecls    = 18 // names
	fsFlags               = 20
	fsTypeID              = 21 // names
	fsBlockCount          = 24
)

// A summary is the content of GLOBALVAL_SUMMARY_BLOCK, taken apart.
type summary struct {
	head    []record // version and flags
	guids   []record // VALUE_GUID
	groups  []group  // of functions and variables
	aliases []group
	tail    []record // names and counts
}

// A group is the summary of one value: the records that lead up to it, and
// its own, which comes last.
type group []record

func (g group) own() record { return g[len(g)-1] }

// readSummary takes records apart. It returns ok = false when one of them
// isn't understood: the block must then stay as it is.
func readSummary(records []record) (s summary, ok bool) {
	var leading group
	for _, rec := range records {
		switch code := rec.code; {
		case rec.hasBlob:
			return s, false
		case code == fsVersion || code == fsFlags:
			s.head = append(s.head, rec)
		case code == fsValueGUID:
			s.guids = append(s.guids, rec)
		case code >= fsTypeTests && code <= fsTypeCheckedLoadCall:
			leading = append(leading, rec)
		case code == fsCombinedProfile || code == fsCombinedGlobalVar:
			s.groups = append(s.groups, append(leading, rec))
			leading = nil
		case code == fsCombinedAlias:
			s.aliases = append(s.aliases, group{rec})
		case code == fsCFIFunctionDefs || code == fsCFIFunctionDecls || code == fsTypeID || code == fsBlockCount:
			s.tail = append(s.tail, rec)
		default:
			return s, false
		}
		if s.misplaced(rec, len(leading)) {
			return s, false
		}
	}
	return s, len(leading) == 0
}

// misplaced reports whether rec, the last one read, stands where LLVM
// doesn't write it.
func (s *summary) misplaced(rec record, leading int) bool {
	switch rec.code {
	case fsVersion, fsFlags, fsValueGUID:
		return len(s.groups)+len(s.aliases)+len(s.tail)+leading > 0
	case fsCombinedProfile, fsCombinedGlobalVar:
		return len(s.aliases)+len(s.tail) > 0
	case fsCombinedAlias:
		return len(s.tail)+leading > 0
	}
	return false
}

// renumber gives the values the ids 1, 2, … in the order of their GUIDs and
// the modules the ids that modules maps theirs to, and sorts the summaries by
// both. LLVM numbers values in an order that depends on hashes of the module
// paths, so that the same index differs from link to link.
//
// It returns ok = false when a record refers to what isn't there; s is then
// half done and must not be used.
func (s *summary) renumber(modules map[uint64]uint64) (ok bool) {
	values, ok := s.numberValues()
	if !ok {
		return false
	}
	n := renumberer{values, modules, true}
	for _, g := range s.groups {
		n.summary(g.own())
	}
	for _, g := range s.aliases {
		n.summary(g.own())
	}
	byModuleAndValue := func(x, y group) int {
		a, b := x.own().ops, y.own().ops
		return cmp.Or(cmp.Compare(a[1], b[1]), cmp.Compare(a[0], b[0]))
	}
	if n.ok {
		slices.SortStableFunc(s.groups, byModuleAndValue)
		slices.SortStableFunc(s.aliases, byModuleAndValue)
	}
	return n.ok
}

func (s *summary) numberValues() (values map[uint64]uint64, ok bool) {
	for _, rec := range s.guids {
		if len(rec.ops) != 2 && len(rec.ops) != 3 {
			return nil, false
		}
	}
	slices.SortStableFunc(s.guids, func(x, y record) int { return slices.Compare(x.ops[1:], y.ops[1:]) })
	values = make(map[uint64]uint64, len(s.guids))
	for i, rec := range s.guids {
		if _, again := values[rec.ops[0]]; again {
			return nil, false
		}
		values[rec.ops[0]] = uint64(i + 1)
		rec.ops[0] = uint64(i + 1)
	}
	return values, true
}

// A renumberer replaces ids in place, and notes whether it knew them all.
type renumberer struct {
	values, modules map[uint64]uint64
	ok              bool
}

func (n *renumberer) replace(ids map[uint64]uint64, id *uint64) {
	replacement, known := ids[*id]
	n.ok = n.ok && known
	*id = replacement
}

func (n *renumberer) summary(rec record) {
	ops := rec.ops
	fixed := map[uint64]int{fsCombinedProfile: 9, fsCombinedGlobalVar: 4, fsCombinedAlias: 3}[rec.code]
	if len(ops) < fixed {
		n.ok = false
		return
	}
	n.replace(n.values, &ops[0])
	n.replace(n.modules, &ops[1])
	rest := ops[fixed:]
	if rec.code != fsCombinedProfile {
		n.each(rest, 1) // references, or the aliasee
		return
	}
	refs := ops[6]
	if refs > uint64(len(rest)) || (uint64(len(rest))-refs)%2 != 0 {
		n.ok = false
		return
	}
	n.each(rest[:refs], 1)
	n.each(rest[refs:], 2) // callee, flags
}

// each replaces every step-th value id of ids.
func (n *renumberer) each(ids []uint64, step int) {
	for i := 0; i < len(ids); i += step {
		n.replace(n.values, &ids[i])
	}
}

// records returns the summary in the order in which LLVM writes it.
func (s *summary) records() []record {
	all := slices.Concat(s.head, s.guids)
	for _, g := range s.groups {
		all = append(all, g...)
	}
	for _, g := range s.aliases {
		all = append(all, g...)
	}
	return append(all, s.tail...)
}
