package bitcode

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// callStacks holds what the functions' memory profiles refer to: the hashes of
// the frames of call stacks (stack ids, referred to by index), and the tree of
// the stacks by which memory is allocated. LLVM numbers both in the order in
// which functions use them, which follows the module paths.
//
// The tree is an array in which a stack is its length, then its frames from
// the allocation outwards. A negative entry (of 32 bits) is the distance to
// the place where the stack goes on. Source: CallStackRadixTreeBuilder in
// llvm/include/llvm/ProfileData/MemProf.h. LLVM writes it into a shard only
// with -combined-index-memprof-context.
type callStacks struct {
	ids  []record // one record, or none
	tree []record // likewise
}

// maxFrames bounds what a tree may unfold to: a few entries can stand for many
// stacks.
const maxFrames = 1 << 22

// addRecord adds a record, and reports whether it is the first of its kind. LLVM
// writes the tree behind the stack ids.
func (c *callStacks) addRecord(rec record) bool {
	if rec.code == contextTree {
		c.tree = append(c.tree, rec)
		return len(c.tree) == 1
	}
	c.ids = append(c.ids, rec)
	return len(c.ids) == 1 && len(c.tree) == 0
}

func (c *callStacks) records() []record { return slices.Concat(c.ids, c.tree) }

// renumber sorts the stack ids, builds the tree anew in the order of its
// stacks, and corrects what the functions refer to.
func (c *callStacks) renumber(functions []value) error {
	indices := c.sortIDs()
	stacks := map[uint64][]uint64{} // by position in the tree
	frames := 0
	for rec := range memProfsOf(functions) {
		switch rec.code {
		case callsiteInfo:
			stack := rec.ops[3 : 3+rec.ops[1]]
			if !replaceIndices(stack, indices) {
				return errNoStackID
			}
		case allocInfo:
			for i := range rec.ops[0] {
				position := rec.ops[2+2*i+1]
				if _, known := stacks[position]; known {
					continue
				}
				stack, ok := c.stackAt(position)
				if frames += len(stack); !ok || frames > maxFrames {
					return fmt.Errorf("the call stack at %d of record %d has an unknown form", position, contextTree)
				}
				if !replaceIndices(stack, indices) {
					return errNoStackID
				}
				stacks[position] = stack
			}
		}
	}
	positions := c.buildTree(stacks)
	for rec := range memProfsOf(functions) {
		if rec.code == allocInfo {
			for i := range rec.ops[0] {
				rec.ops[2+2*i+1] = positions[rec.ops[2+2*i+1]]
			}
		}
	}
	return nil
}

var errNoStackID = errors.New("a memory profile refers to a stack id that doesn't exist")

// memProfsOf yields the records of the functions' memory profiles.
func memProfsOf(functions []value) func(yield func(record) bool) {
	return func(yield func(record) bool) {
		for _, v := range functions {
			for _, records := range [][]record{v.leading, v.trailing} {
				for _, rec := range records {
					if isMemProf(rec.code) && !yield(rec) {
						return
					}
				}
			}
		}
	}
}

// sortIDs sorts the stack ids, and returns the new indices by the old ones.
func (c *callStacks) sortIDs() []uint64 {
	if len(c.ids) == 0 {
		return nil
	}
	type stackID struct {
		halves [2]uint64
		index  int
	}
	ops := c.ids[0].ops
	sorted := make([]stackID, len(ops)/2)
	for i := range sorted {
		sorted[i] = stackID{[2]uint64(ops[2*i:]), i}
	}
	slices.SortStableFunc(sorted, func(x, y stackID) int { return slices.Compare(x.halves[:], y.halves[:]) })
	indices := make([]uint64, len(sorted))
	for i, id := range sorted {
		copy(ops[2*i:], id.halves[:])
		indices[id.index] = uint64(i)
	}
	return indices
}

func replaceIndices(stack []uint64, indices []uint64) bool {
	for i, index := range stack {
		if index >= uint64(len(indices)) {
			return false
		}
		stack[i] = indices[index]
	}
	return true
}

// stackAt returns a copy of the stack that begins at a position of the tree.
func (c *callStacks) stackAt(position uint64) (stack []uint64, ok bool) {
	if len(c.tree) == 0 || position >= uint64(len(c.tree[0].ops)) {
		return nil, false
	}
	tree := c.tree[0].ops
	length := tree[position]
	if length > uint64(len(tree)) { // reading only moves forward
		return nil, false
	}
	stack = make([]uint64, 0, length)
	for at := position + 1; uint64(len(stack)) < length; at++ {
		if at < uint64(len(tree)) && tree[at] > math.MaxInt32 && tree[at] <= math.MaxUint32 {
			at += 1<<32 - tree[at]
		}
		if at >= uint64(len(tree)) || tree[at] > math.MaxInt32 {
			return nil, false
		}
		stack = append(stack, tree[at])
	}
	return stack, true
}

// buildTree replaces the tree by one of these stacks, and returns their new
// positions by the old ones. Each stack shares what it can with the one before
// it, from the outermost frame on. The array is built from its end.
func (c *callStacks) buildTree(stacks map[uint64][]uint64) map[uint64]uint64 {
	c.tree = nil
	if len(stacks) == 0 {
		return nil
	}
	sorted := make([]uint64, 0, len(stacks)) // positions
	for position, stack := range stacks {
		slices.Reverse(stack)
		sorted = append(sorted, position)
	}
	slices.SortFunc(sorted, func(x, y uint64) int { return slices.Compare(stacks[x], stacks[y]) })

	var tree []uint64
	var previous []uint64
	var places []int // in tree, of the frames of previous
	lengthAt := map[uint64]int{}
	for i, position := range sorted {
		stack := stacks[position]
		if i > 0 && slices.Equal(stack, previous) {
			lengthAt[position] = lengthAt[sorted[i-1]]
			continue
		}
		shared := sharedPrefix(previous, stack)
		places = places[:shared]
		if shared > 0 {
			tree = append(tree, uint64(uint32(-(len(tree) - places[shared-1]))))
		}
		for _, frame := range stack[shared:] {
			places = append(places, len(tree))
			tree = append(tree, frame)
		}
		lengthAt[position] = len(tree)
		tree = append(tree, uint64(len(stack)))
		previous = stack
	}
	slices.Reverse(tree)
	positions := make(map[uint64]uint64, len(lengthAt))
	for position, at := range lengthAt {
		positions[position] = uint64(len(tree) - 1 - at)
	}
	c.tree = []record{{contextTree, tree}}
	return positions
}

func sharedPrefix(x, y []uint64) int {
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
