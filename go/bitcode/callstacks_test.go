package bitcode

import (
	"slices"
	"testing"
)

// Call stacks that share frames are written so that each is read back as it
// was, whatever the order of the positions.
func TestCallStacks(t *testing.T) {
	want := [][]uint64{{}, {1}, {2, 1}, {3, 2, 1}, {4, 2, 1}, {2}, {3, 2, 1}, {5, 5, 5, 2, 1}, {1, 2}, {0, 4, 2, 1}}
	stacks := map[uint64][]uint64{}
	for i, stack := range want {
		stacks[uint64(1000-i*7%10)] = slices.Clone(stack)
	}
	c := &callStacks{}
	positions := c.buildTree(stacks)
	for i, stack := range want {
		got, ok := c.stackAt(positions[uint64(1000-i*7%10)])
		if !ok || !slices.Equal(got, stack) {
			t.Errorf("stack %d is %v (%v), want %v\ntree %v", i, got, ok, stack, c.tree)
		}
	}
	if n := len(c.tree[0].ops); n > 35 {
		t.Errorf("nothing is shared: %d entries", n)
	}
}
