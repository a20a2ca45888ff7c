package bitcode

import "fmt"

// The records of GLOBALVAL_SUMMARY_BLOCK that a shard may hold. Source:
// IndexBitcodeWriter::writeCombinedGlobalValueSummary of LLVM 22 and 23, and
// llvm/include/llvm/Bitcode/LLVMBitCodes.h.
const (
	combinedProfile   = 5  // valueid, modid, 4 others, numrefs, 2 others, numrefs × valueid, n × (valueid, flags)
	combinedGlobalVar = 6  // valueid, modid, 2 others, n × valueid
	combinedAlias     = 8  // valueid, modid, flags, valueid
	summaryVersion    = 10 // version
	typeTests         = 11 // up to typeCheckedLoad: type ids, of the function that follows
	typeCheckedLoad   = 15
	valueGUID         = 16 // valueid, guid (LLVM 22: upper half, lower half)
	cfiFunctionDefs   = 17 // names
	cfiFunctionDecls  = 18 // names
	summaryFlags      = 20
	typeID            = 21 // names
	blockCount        = 24
	paramAccess       = 25 // of the function that follows: see forEachParamCall
	callsiteInfo      = 28 // valueid, numstack, numver, numstack × stack index, numver × version
	allocInfo         = 29 // nummib, numver, nummib × (type, position in contextTree), numver × version
	stackIDs          = 30 // n × (upper half, lower half)
	contextTree       = 32 // see callStacks
	allocInfoNoStacks = 33 // nummib, numver, nummib × type, numver × version
)

// The versions of the summary whose records are known: LLVM 22 writes 12, LLVM 23
// writes 14. In a later version the same record may have another meaning, and
// renumbering it could give a wrong object.
const (
	firstVersion  = 12
	memProfBehind = 13 // from here on, a memory profile stands behind its function's record
	lastVersion   = 14
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
	version uint64
	head    []record // version and flags
	guids   []record // a value id for each GUID
	stacks  callStacks
	values  []value // functions and variables
	aliases []value
	tail    []record // names and counts

	leading []record // of a value whose own record hasn't been read
}

// A value is the records about one value in one module.
type value struct {
	leading  []record // what LLVM reads as part of the function that follows
	own      record
	trailing []record // of the function before: its memory profile, from version 13 on
}

// addRecord adds the next record. The error says why the summary has to keep its
// numbers: the record is unknown, or is where LLVM doesn't write it.
func (s *summary) addRecord(rec record) error {
	inPlace := false
	switch code := rec.code; {
	case code == summaryVersion || code == summaryFlags:
		s.head = append(s.head, rec)
		inPlace = !s.begun() && len(s.guids) == 0
		if err := s.setVersion(rec); err != nil {
			return err
		}
	case code == valueGUID:
		s.guids = append(s.guids, rec)
		inPlace = !s.begun()
	case code == stackIDs || code == contextTree:
		inPlace = !s.begun() && s.stacks.addRecord(rec)
	case code >= typeTests && code <= typeCheckedLoad || code == paramAccess:
		s.leading = append(s.leading, rec)
		inPlace = len(s.aliases)+len(s.tail) == 0
	case isMemProf(code) && s.version < memProfBehind:
		s.leading = append(s.leading, rec)
		inPlace = len(s.aliases)+len(s.tail) == 0
	case isMemProf(code):
		inPlace = s.addTrailing(rec)
	case code == combinedProfile || code == combinedGlobalVar:
		inPlace = len(s.aliases)+len(s.tail) == 0 && (code == combinedProfile || len(s.leading) == 0)
		s.values = append(s.values, value{leading: s.leading, own: rec})
		s.leading = nil
	case code == combinedAlias:
		s.aliases = append(s.aliases, value{own: rec})
		inPlace = len(s.tail)+len(s.leading) == 0
	case code == cfiFunctionDefs || code == cfiFunctionDecls || code == typeID || code == blockCount:
		s.tail = append(s.tail, rec)
		inPlace = len(s.leading) == 0
	default:
		return recordError(rec, "is unknown")
	}
	switch {
	case !wellFormed(rec):
		return malformed(rec)
	case !inPlace:
		return misplaced(rec)
	}
	return nil
}

// begun reports whether the first of the values, or what follows them, has
// been read.
func (s *summary) begun() bool {
	return len(s.values)+len(s.aliases)+len(s.tail)+len(s.leading) > 0
}

// setVersion sets the version, if rec is the record that holds it.
func (s *summary) setVersion(rec record) error {
	if rec.code != summaryVersion {
		return nil
	}
	if len(rec.ops) != 1 || s.version != 0 {
		return malformed(rec)
	}
	s.version = rec.ops[0]
	if s.version < firstVersion || s.version > lastVersion {
		return fmt.Errorf("its summary has version %d; thinrex knows %d to %d", s.version, firstVersion, lastVersion)
	}
	return nil
}

// addTrailing adds a record that belongs to the function before it, and reports
// whether it is one.
func (s *summary) addTrailing(rec record) bool {
	if len(s.values) == 0 || len(s.aliases)+len(s.tail)+len(s.leading) > 0 {
		return false
	}
	last := &s.values[len(s.values)-1]
	last.trailing = append(last.trailing, rec)
	return last.own.code == combinedProfile
}

func isMemProf(code uint64) bool {
	return code == callsiteInfo || code == allocInfo || code == allocInfoNoStacks
}

// recordError makes an error about a record because of which the summary has to keep
// its numbers.
func recordError(rec record, what string) error {
	return fmt.Errorf("record %d in block %d (GLOBALVAL_SUMMARY_BLOCK) %s", rec.code, summaryID, what)
}

func misplaced(rec record) error {
	return recordError(rec, "stands where LLVM 22 to 24 don't write it")
}

func malformed(rec record) error {
	return recordError(rec, "has another form than LLVM 22 to 24 write")
}

// wellFormed reports whether a record has the operands that replaceValues and
// callStacks rely on.
func wellFormed(rec record) bool {
	n := uint64(len(rec.ops))
	switch rec.code {
	case valueGUID:
		return n == 2 || n == 3
	case stackIDs:
		return n%2 == 0
	case combinedProfile:
		own := uint64(ownOperands[rec.code])
		return n >= own && rec.ops[opRefs] <= n-own && (n-own-rec.ops[opRefs])%2 == 0
	case combinedGlobalVar:
		return n >= uint64(ownOperands[rec.code])
	case combinedAlias:
		return n == uint64(ownOperands[rec.code])+1
	case callsiteInfo:
		return n >= 3 && counts(n-3, rec.ops[1], rec.ops[2])
	case allocInfo:
		return n >= 2 && counts(n-2, rec.ops[0], rec.ops[0], rec.ops[1])
	case allocInfoNoStacks:
		return n >= 2 && counts(n-2, rec.ops[0], rec.ops[1])
	case paramAccess:
		return forEachParamCall(rec, func(*uint64) {})
	}
	return true
}

// counts reports whether parts add up to n, however large they are.
func counts(n uint64, parts ...uint64) bool {
	for _, part := range parts {
		if part > n {
			return false
		}
		n -= part
	}
	return n == 0
}

// forEachParamCall calls visit with each value id of a paramAccess record:
// n × (param, 2 others, numcalls, numcalls × (param, valueid, 2 others)). It
// reports whether the record has this form.
func forEachParamCall(rec record, visit func(valueID *uint64)) bool {
	const perParam, perCall = 4, 4
	ops := rec.ops
	for len(ops) > 0 {
		if len(ops) < perParam {
			return false
		}
		calls := ops[perParam-1]
		ops = ops[perParam:]
		if calls > uint64(len(ops)/perCall) {
			return false
		}
		for ; calls > 0; calls-- {
			visit(&ops[1])
			ops = ops[perCall:]
		}
	}
	return true
}
