package slice

import (
	"slices"
	"strconv"
	"strings"
)

// Compare returns which values of a module differ between an earlier slice and a later one:
// functions and variables that have changed, functions that only the later one has, and those
// that only the earlier one has. Where none of these differ, it returns what else does.
func Compare(before, now []Value) (changed, added, removed []string) {
	earlier, later := byName(before), byName(now)
	for _, v := range now {
		old, both := earlier[v.Name]
		switch {
		case v.Kind == Function && old.Kind != Function:
			added = append(added, v.Name)
		case both && v.Kind == old.Kind && v.Digest != old.Digest && (v.Kind == Function || v.Kind == Variable):
			changed = append(changed, shown(v))
		}
	}
	for _, v := range before {
		if v.Kind == Function && later[v.Name].Kind != Function {
			removed = append(removed, v.Name)
		}
	}
	if len(changed)+len(added)+len(removed) == 0 {
		changed = otherChanges(earlier, before, later, now)
	}
	slices.Sort(changed)
	return slices.Compact(changed), added, removed
}

// otherChanges names types, declarations and variables; if they are all equal, the slices
// differ in what has no name.
func otherChanges(earlier map[string]Value, before []Value, later map[string]Value, now []Value) (changed []string) {
	for _, v := range now {
		if earlier[v.Name].Digest != v.Digest {
			changed = append(changed, string(v.Kind)+" "+shown(v))
		}
	}
	for _, v := range before {
		if _, still := later[v.Name]; !still {
			changed = append(changed, string(v.Kind)+" "+shown(v))
		}
	}
	if len(changed) == 0 {
		return []string{"metadata, such as debug information"}
	}
	return changed
}

func byName(values []Value) map[string]Value {
	m := make(map[string]Value, len(values))
	for _, v := range values {
		m[v.Name] = v
	}
	return m
}

// shown is the name for people. That of a string literal is a placeholder in slices.
func shown(v Value) string {
	number, err := strconv.ParseUint(v.Name[strings.LastIndex(v.Name, ".")+1:], 10, 64)
	if err == nil && number >= FirstLiteral {
		return "a string literal"
	}
	return v.Name
}
