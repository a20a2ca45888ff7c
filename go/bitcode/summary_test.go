package bitcode

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"thinrex/go/internal/quick"
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

// A summary that isn't understood stays as it is, and the shard says why.
func TestUnknownSummary(t *testing.T) {
	function := func(s *stream) { // value 5
		s.record(valueGUID, 5, 1, 1)
		s.record(combinedProfile, 5, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	for name, test := range map[string]struct {
		version uint64
		summary func(*stream)
		why     string
	}{
		"unknown record": {14, func(s *stream) {
			s.record(99, 1)
		}, "record 99 in block 20 .* is unknown"},
		"original name": {14, func(s *stream) {
			function(s)
			s.record(9, 1)
		}, "record 9 .* unknown"},
		"of one module": {14, func(s *stream) {
			function(s)
			s.record(22, 0, 1, 8, 5)
		}, "record 22 .* unknown"},
		"context ids": {14, func(s *stream) {
			function(s)
			s.record(31, 1, 2)
		}, "record 31 .* unknown"},
		"later version":   {15, func(s *stream) { function(s) }, "version 15; thinrex knows 12 to 14"},
		"earlier version": {11, func(s *stream) { function(s) }, "version 11"},
		"version twice": {12, func(s *stream) {
			s.record(summaryVersion, 12)
		}, "record 10 .* another form"},
		"record out of place": {12, func(s *stream) {
			s.record(blockCount, 1)
			s.record(valueGUID, 1, 2, 3)
		}, "record 16 .* stands where"},
		"undefined value": {12, func(s *stream) {
			s.record(combinedGlobalVar, 5, 0, 0, 0)
		}, "names value 5,"},
		"undefined reference": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0, 6)
		}, "value 6"},
		"reference to nothing": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0, 0)
		}, "value 0"},
		"undefined module": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 3, 0, 0)
		}, "module 3"},
		"one value twice": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(valueGUID, 5, 1, 2)
		}, "two .* id 5"},
		"short record": {12, func(s *stream) {
			s.record(combinedProfile, 1, 2)
		}, "record 5 .* another form"},
		"short GUID": {12, func(s *stream) {
			s.record(valueGUID, 1)
		}, "record 16 .* another form"},
		"too many references": {12, func(s *stream) {
			s.record(combinedProfile, 1, 0, 0, 0, 0, 0, 9, 0, 0)
		}, "another form"},
		"odd calls": {12, func(s *stream) {
			s.record(combinedProfile, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
		}, "another form"},
		"type tests of nothing": {12, func(s *stream) {
			s.record(typeTests, 1)
		}, "record 11 .* stands where"},
		"type tests of a variable": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(typeTests, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0)
		}, "record 6 .* stands where"},
		"block": {12, func(s *stream) { s.opaque(99, 3) }, "block 99 in block 20"},
		"parameter of no value": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(paramAccess, 0, 0, 0, 1, 0, 6, 0, 0)
			s.record(combinedProfile, 5, 0, 0, 0, 0, 0, 0, 0, 0)
		}, "value 6"},
		"half a parameter": {12, func(s *stream) {
			s.record(paramAccess, 0, 0, 0, 1, 0, 6, 0)
			function(s)
		}, "another form"},
		"endless parameters": {12, func(s *stream) {
			s.record(paramAccess, 0, 0, 0, 1<<63)
			function(s)
		}, "another form"},
		"profile behind, of old": {12, func(s *stream) {
			function(s)
			s.record(allocInfoNoStacks, 0, 0)
		}, "record 33 .* stands where"},
		"profile before, of new": {14, func(s *stream) {
			s.record(allocInfoNoStacks, 0, 0)
			function(s)
		}, "record 33 .* stands where"},
		"profile of a variable": {14, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0)
			s.record(callsiteInfo, 5, 0, 0)
		}, "record 28"},
		"call site of no value": {14, func(s *stream) {
			function(s)
			s.record(callsiteInfo, 6, 0, 0)
		}, "value 6"},
		"call site without a stack": {14, func(s *stream) {
			function(s)
			s.record(callsiteInfo, 5, 1, 0, 0)
		}, "stack id"},
		"call site's false counts": {14, func(s *stream) {
			function(s)
			s.record(callsiteInfo, 5, 1<<63, 1<<63)
		}, "another form"},
		"stack ids behind": {14, func(s *stream) {
			function(s)
			s.record(stackIDs, 1, 1)
		}, "record 30 .* stands where"},
		"stack ids twice": {14, func(s *stream) {
			s.record(stackIDs, 1, 1)
			s.record(stackIDs, 1, 1)
		}, "record 30 .* stands where"},
		"half a stack id": {14, func(s *stream) { s.record(stackIDs, 1) }, "another form"},
		"allocation without a tree": {14, func(s *stream) {
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"allocation's short record": {14, func(s *stream) {
			function(s)
			s.record(allocInfo, 1, 1, 1, 0)
		}, "another form"},
		"tree's end": {14, func(s *stream) {
			s.record(contextTree, 2, 0)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"tree without an id": {14, func(s *stream) {
			s.record(contextTree, 1, 0)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "stack id"},
		"way out of the tree": {14, func(s *stream) {
			s.record(contextTree, 1, 1<<32-9)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"way to a way": {14, func(s *stream) {
			s.record(contextTree, 1, 1<<32-1, 1<<32-1, 0)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"longer than the tree": {14, func(s *stream) {
			s.record(contextTree, 1<<60)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
	} {
		t.Run(name, func(t *testing.T) {
			build := func(canonical bool, path string) []byte {
				s := newStream(canonical)
				s.block(moduleID, 3, func() {
					s.strtab(path)
					s.block(summaryID, 4, func() {
						s.record(summaryVersion, test.version)
						test.summary(s)
					})
				})
				return s.data
			}
			s := parse(t, build(false, "a.o"))
			if err := s.KeptNumbers(); err == nil || !regexp.MustCompile(test.why).MatchString(err.Error()) {
				t.Errorf("keeps the numbers because %v, want %s", err, test.why)
			}
			if got, want := s.Rename(func(string) string { return "b" }), build(true, "b"); !bytes.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
		})
	}
}

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

// Shards of the same content are equal whatever the linker's PID, the
// archives and the objects' order by name are.
func TestCanonicalShardsOfLLD(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("keep", "#!/bin/sh\ncp ./*.thinlto.bc \"$SNAP\"\nexit 1\n", 0o777)
	main := ""
	for i := range 12 {
		main += fmt.Sprintf("int f%d(int);\n", i)
		write(fmt.Sprintf("f%d.c", i), fmt.Sprintf(`int f%d(int); static int a%d[4], b%d; extern int shared;
static int helper%d(int x) { b%d += shared; return a%d[x & 3]++ + b%d; }
int f%d(int x) { return x ? f%d(x - 1) + helper%d(x) : helper%d(b%d); }
void set%d(int v) { a%d[0] = b%d = v; }
`, (i+1)%12, i, i, i, i, i, i, i, (i+1)%12, i, i, i, i, i, i), 0o666)
	}
	write("main.c", main+"int shared = 3; int main(int n, char **v) { return f0(n) + f5(n); }\n", 0o666)
	run(t, dir, nil, "sh", "-ec", "clang-22 -O2 -flto=thin -c *.c; cp main.o zmain.o; llvm-ar-22 rcs liball.a f*.o; llvm-ar-22 rcs libsome.a zmain.o f?.o")

	link := func(inputs string) map[string][]byte {
		snap := t.TempDir()
		cmd := exec.Command("sh", "-c", "clang-22 -flto=thin -fuse-ld=lld-22 -fthinlto-distributor=$PWD/keep -o prog "+inputs)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "SNAP="+snap)
		log, _ := cmd.CombinedOutput() // the distributor makes it fail
		shards := map[string][]byte{}
		files, err := filepath.Glob(filepath.Join(snap, "*"))
		if err != nil || len(files) != 13 {
			t.Fatalf("%d shards, want 13: %v\n%s", len(files), err, log)
		}
		for _, file := range files {
			s := parse(t, read(t, file))
			if s.summary == nil {
				t.Errorf("%s isn't understood", file)
			}
			shards[plainName(filepath.Base(file))] = s.Rename(plainName)
		}
		return shards
	}
	want := link("main.o liball.a")
	for _, inputs := range []string{"main.o liball.a", "main.o liball.a", "main.o f*.o", "zmain.o liball.a", "$PWD/main.o libsome.a f1?.o"} {
		for name, data := range link(inputs) {
			if !bytes.Equal(data, want[name]) {
				t.Errorf("%s: another shard for %s", inputs, name)
			}
		}
	}
}

var moduleOf = regexp.MustCompile(`z?(main|f\d+)[. ]`)

func plainName(path string) string { return moduleOf.FindStringSubmatch(filepath.Base(path))[1] }
