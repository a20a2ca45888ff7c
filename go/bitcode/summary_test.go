package bitcode

import (
	"bytes"
	"fmt"
	"testing"
)

// indexed builds a shard with a summary as LLVM writes it for modules in the
// given order, whose values have the given ids. Module x defines a function,
// a variable and an alias of the function, which refer to each other. The
// function has type tests, parameter accesses, and a memory profile: before
// its record up to version 12 of the summary, behind it from 13 on. With
// contexts, allocations name call stacks.
func indexed(version uint64, contexts bool, paths []string, ids []uint64) []byte {
	s := newStream(false)
	// What stays the same whatever the order: each module's own values.
	guid := func(path string, k int) uint64 { return uint64(path[0])<<32 + uint64(k) }
	id := map[uint64]uint64{}
	for i, path := range paths {
		for k := range 3 {
			id[guid(path, k)] = ids[k] + uint64(100*i)
		}
	}
	// Stack ids in the order of the modules, as LLVM numbers them.
	common := uint64(len(paths)) // index of the id of a frame that all have
	var stacks []uint64
	for _, path := range paths {
		stacks = append(stacks, ^uint64(path[0]), 7)
	}
	stacks = append(stacks, 77, 77)
	// For each module: the length of its call stack, then a frame of its own and
	// the way to the common one.
	var tree []uint64
	for i := range paths {
		last := i == len(paths)-1
		way := common
		if !last {
			way = 1<<32 - uint64(3*(len(paths)-1-i))
		}
		tree = append(tree, 2, uint64(i), way)
	}
	s.block(moduleID, 3, func() {
		s.record(1, 2)
		s.block(moduleStrtabID, 3, func() {
			for i, path := range paths {
				s.entry(uint64(i), path)
				s.record(hashCode, uint64(path[0]), 2, 3, 4, 5)
			}
		})
		s.block(summaryID, 4, func() {
			s.record(summaryVersion, version)
			s.record(summaryFlags, 97)
			for g, v := range id { // in any order
				s.record(valueGUID, v, g>>32, g&0xffffffff)
			}
			s.record(stackIDs, stacks...)
			if contexts {
				s.record(contextTree, tree...)
			}
			for i, path := range paths {
				function, variable := id[guid(path, 0)], id[guid(path, 1)]
				memProf := func() {
					s.record(callsiteInfo, id[guid(paths[0], 0)], 2, 2, uint64(i), common, 0, 1)
					s.record(callsiteInfo, 0, 0, 1, 0)
					if contexts {
						s.record(allocInfo, 1, 2, 2, uint64(3*i), 1, 2)
					} else {
						s.record(allocInfoNoStacks, 1, 2, 2, 1, 2)
					}
				}
				s.record(typeTests, uint64(path[0]), 12345)
				s.record(paramAccess, 0, 1, 2, 0, 1, 3, 4, 1, 5, id[guid(paths[0], 0)], 6, 7)
				if version < memProfBehind {
					memProf()
				}
				s.record(combinedProfile, function, uint64(i), 96, 7, 4, 0, 1, 1, 0, variable, id[guid(paths[0], 0)], 8)
				if version >= memProfBehind {
					memProf()
				}
				s.record(combinedGlobalVar, variable, uint64(i), 97, 1, function)
			}
			for i, path := range paths {
				s.record(combinedAlias, id[guid(path, 2)], uint64(i), 96, id[guid(path, 0)])
			}
			s.record(combinedAlias, id[guid(paths[0], 1)], 0, 96, 0) // of what isn't here
			s.record(blockCount, 7)
		})
	})
	s.opaque(23, 3)
	return s.data
}

// Shards that differ in order and numbering alone come out equal.
func TestCanonicalOrder(t *testing.T) {
	for _, version := range []uint64{12, 13, 14} {
		for _, contexts := range []bool{false, true} {
			t.Run(fmt.Sprintf("version %d, contexts %v", version, contexts), func(t *testing.T) {
				// The functions of all modules call that of "main", wherever it stands.
				build := func(paths []string, ids []uint64) []byte {
					s := parse(t, indexed(version, contexts, paths, ids))
					if err := s.KeptNumbers(); err != nil {
						t.Fatal(err)
					}
					return s.Rename(func(p string) string { return "m/" + p[1:] })
				}
				want := build([]string{"1a.o", "2b.o", "3c.o"}, []uint64{1, 2, 3})
				for i, ids := range [][]uint64{{1, 2, 3}, {3, 2, 1}, {50, 7, 99}} {
					if got := build([]string{"1a.o", "2b.o", "3c.o"}, ids); !bytes.Equal(got, want) {
						t.Errorf("ids %d: %x, want %x", i, got, want)
					}
				}
				if got := build([]string{"1a.o", "3c.o", "2b.o"}, []uint64{9, 5, 8}); !bytes.Equal(got, want) {
					t.Errorf("another order: %x, want %x", got, want)
				}
				if got := build([]string{"1a.o", "4c.o", "2b.o"}, []uint64{9, 5, 8}); bytes.Equal(got, want) {
					t.Error("another GUID and stack id make no difference")
				}
			})
		}
	}
}
