package randomprogram

import (
	"maps"
	"testing"
)

func TestEqualSeedsGiveEqualPrograms(t *testing.T) {
	for seed := range uint64(50) {
		a, b := New(seed), New(seed)
		for range 10 {
			if !maps.Equal(a.Files(), b.Files()) {
				t.Fatalf("seed %d: two different programs", seed)
			}
			if one, two := a.Edit(), b.Edit(); one != two {
				t.Fatalf("seed %d: edits %q and %q", seed, one, two)
			}
		}
	}
}
