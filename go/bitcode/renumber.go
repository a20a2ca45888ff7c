package bitcode

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// renumber gives the values the ids 1, 2, … in the order of their GUIDs, and sorts the
// stack ids of memory profiles. LLVM numbers them in the order of the module paths
// (LLVM 22: of their hashes), which may hold the linker's PID. The error says why the
// summary has to keep its numbers; s must not be used then.
func (s *summary) renumber(modules []module) error {
	switch {
	case s.version == 0:
		return errors.New("its summary has no version")
	case len(s.leading) > 0:
		return misplaced(s.leading[0])
	}
	known := make(map[uint64]bool, len(modules))
	for _, m := range modules {
		if known[m.id] {
			return fmt.Errorf("two of its modules have the id %d", m.id)
		}
		known[m.id] = true
	}
	ids := make(map[uint64]uint64, len(s.guids))
	slices.SortStableFunc(s.guids, func(x, y record) int { return slices.Compare(x.ops[1:], y.ops[1:]) })
	for i, rec := range s.guids {
		if ids[rec.ops[opValue]] != 0 {
			return fmt.Errorf("two of its values have the id %d", rec.ops[opValue])
		}
		ids[rec.ops[opValue]] = uint64(i + 1)
		rec.ops[opValue] = uint64(i + 1)
	}
	for _, values := range [][]value{s.values, s.aliases} {
		for _, v := range values {
			if !known[v.own.ops[opModule]] {
				return fmt.Errorf("one of its values belongs to module %d, which it doesn't list", v.own.ops[opModule])
			}
			if err := v.replaceValues(ids); err != nil {
				return err
			}
		}
	}
	return s.stacks.renumber(s.values)
}

// replaceValues replaces the value ids in the records of a value.
func (v value) replaceValues(ids map[uint64]uint64) error {
	for _, records := range [][]record{v.leading, {v.own}, v.trailing} {
		for _, rec := range records {
			if id, ok := replaceValues(rec, ids); !ok {
				return recordError(rec, fmt.Sprintf("names value %d, which has no GUID", id))
			}
		}
	}
	return nil
}

// replaceValues replaces the value ids in a record. It returns the first that
// has no GUID.
func replaceValues(rec record, ids map[uint64]uint64) (unknown uint64, ok bool) {
	ok = true
	replace := func(op *uint64) {
		id := ids[*op]
		if id == 0 && ok {
			unknown, ok = *op, false
		}
		*op = id
	}
	replaceOr0 := func(op *uint64) { // 0 stands for a value that the shard doesn't hold
		if *op != 0 || ids[0] != 0 {
			replace(op)
		}
	}
	switch rec.code {
	case combinedProfile:
		calls := ownOperands[rec.code] + int(rec.ops[opRefs])
		replace(&rec.ops[opValue])
		for i := ownOperands[rec.code]; i < calls; i++ {
			replace(&rec.ops[i])
		}
		for i := calls; i < len(rec.ops); i += 2 { // callee, flags
			replace(&rec.ops[i])
		}
	case combinedGlobalVar:
		replace(&rec.ops[opValue])
		for i := ownOperands[rec.code]; i < len(rec.ops); i++ {
			replace(&rec.ops[i])
		}
	case combinedAlias:
		replace(&rec.ops[opValue])
		replaceOr0(&rec.ops[ownOperands[rec.code]]) // LLVM 23: the aliasee isn't imported
	case callsiteInfo:
		replaceOr0(&rec.ops[opValue])
	case paramAccess:
		forEachParamCall(rec, replace)
	}
	return unknown, ok
}

// write writes s for modules with new ids, sorted by them.
func (s *summary) write(w *writer, modules map[uint64]uint64) {
	for _, records := range [][]record{s.head, s.guids, s.stacks.records()} {
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
			for _, rec := range v.trailing {
				w.record(rec)
			}
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
