package rename

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
)

// maxOverlap bounds the sum of the names' lengths, as a multiple of their table's
// size: names that are the end of another one lie within it. Without a bound, a
// damaged table of some megabytes could mean terabytes of names.
const maxOverlap = 16

// moves says where in the new string table the name from each place of the old one is.
type moves map[uint32]uint32

// rebuild returns the string table that LLVM writes for the real names. The old
// table, whose first bytes are head, must hold a name at each of the places, and no
// other ones, as LLVM would have placed them.
func (n *numbers) rebuild(old, head []byte, places []uint32) ([]byte, moves, error) {
	places = slices.Compact(slices.Sorted(slices.Values(places)))
	text, names, total := string(old), make([]string, len(places)), 0
	for i, place := range places {
		if uint64(place) >= uint64(len(old)) {
			return nil, nil, errors.New("a name is outside the string table")
		}
		size := strings.IndexByte(text[place:], 0)
		if total += size; size < 0 || total > maxOverlap*len(old) {
			return nil, nil, errors.New("the string table is damaged")
		}
		names[i] = text[place:][:size]
	}
	table, placed, err := layout(head, names)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(table, old) || !slices.Equal(placed, places) {
		return nil, nil, errors.New("LLVM lays out a string table in another way")
	}
	for i, name := range names {
		if names[i], err = n.rename(name); err != nil {
			return nil, nil, err
		}
	}
	if table, placed, err = layout(head, names); err != nil {
		return nil, nil, err
	}
	moved := make(moves, len(places))
	for i, place := range places {
		moved[place] = placed[i]
	}
	return table, moved, nil
}

// layout returns a string table that begins with head, and the place of each name.
//
// Source: StringTableBuilder::finalize in llvm/lib/MC/StringTableBuilder.cpp. Names
// are in descending order when read from their ends, and a name that is the end of
// the one before it shares its bytes.
func layout(head []byte, names []string) ([]byte, []uint32, error) {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareEnds(names[b], names[a]) })
	table, placed, previous := slices.Clone(head), make([]uint32, len(names)), ""
	for k, i := range order {
		name := names[i]
		if k > 0 && name == names[order[k-1]] {
			return nil, nil, errors.New("two symbols would have the same name: " + name)
		}
		if len(table)+len(name) >= math.MaxUint32 {
			return nil, nil, errors.New("the string table would be too long")
		}
		if strings.HasSuffix(previous, name) {
			placed[i] = uint32(len(table) - len(name) - 1)
			continue
		}
		placed[i] = uint32(len(table))
		table = append(append(table, name...), 0)
		previous = name
	}
	return table, placed, nil
}

// compareEnds compares two names byte by byte, from the last one on.
func compareEnds(a, b string) int {
	for i := 1; i <= min(len(a), len(b)); i++ {
		if x, y := a[len(a)-i], b[len(b)-i]; x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
