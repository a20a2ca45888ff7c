package explain

import (
	"slices"

	"thinrex/go/history"
)

// differenceOfLists returns which texts are only in the one list, and only in the other.
// A text that a list has twice counts twice.
func differenceOfLists(now, before []string) (d Difference) {
	left := map[string]int{}
	for _, text := range before {
		left[text]++
	}
	for _, text := range now {
		if left[text]--; left[text] < 0 {
			d.Added = append(d.Added, text)
		}
	}
	for _, text := range slices.Backward(before) {
		if left[text] > 0 {
			left[text]--
			d.Removed = append(d.Removed, text)
		}
	}
	slices.Reverse(d.Removed)
	return d
}

// differenceOfValues compares variables.
func differenceOfValues(now, before []history.Value) (d Difference) {
	known := map[string]history.Short{}
	for _, v := range before {
		known[v.Name] = v.Digest
	}
	for _, v := range now {
		digest, ok := known[v.Name]
		switch {
		case !ok:
			d.Added = append(d.Added, v.Name)
		case digest != v.Digest:
			d.Changed = append(d.Changed, v.Name)
		}
		delete(known, v.Name)
	}
	for name := range known {
		d.Removed = append(d.Removed, name)
	}
	return sorted(d)
}

// sorted brings lists into an order that doesn't depend on maps, without repetitions.
func sorted(d Difference) Difference {
	for _, list := range []*[]string{&d.Changed, &d.Added, &d.Removed} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return d
}
