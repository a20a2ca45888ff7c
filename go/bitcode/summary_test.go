package bitcode

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// indexed builds a shard with a summary as LLVM writes it for modules in the
// given order, whose values have the given ids. Module x defines a function,
// a variable and an alias of the function, which refer to each other.
func indexed(paths []string, ids []uint64) []byte {
	s := newStream(false)
	// What stays the same whatever the order: each module's own values.
	guid := func(path string, k int) uint64 { return uint64(path[0])<<32 + uint64(k) }
	id := map[uint64]uint64{}
	for i, path := range paths {
		for k := range 3 {
			id[guid(path, k)] = ids[k] + uint64(100*i)
		}
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
			s.record(summaryVersion, 12)
			s.record(summaryFlags, 97)
			for g, v := range id { // in any order
				s.record(valueGUID, v, g>>32, g&0xffffffff)
			}
			for i, path := range paths {
				function, variable := id[guid(path, 0)], id[guid(path, 1)]
				s.record(typeTests, uint64(path[0]), 12345)
				s.record(combinedProfile, function, uint64(i), 96, 7, 4, 0, 1, 1, 0, variable, id[guid(paths[0], 0)], 8)
				s.record(combinedGlobalVar, variable, uint64(i), 97, 1, function)
			}
			for i, path := range paths {
				s.record(combinedAlias, id[guid(path, 2)], uint64(i), 96, id[guid(path, 0)])
			}
			s.record(blockCount, 7)
		})
	})
	s.opaque(23, 3)
	return s.data
}

// Shards that differ in order and numbering alone come out equal.
func TestCanonicalOrder(t *testing.T) {
	// The functions of all modules call that of "main", wherever it stands.
	build := func(paths []string, ids []uint64) []byte {
		data := indexed(paths, ids)
		if parse(t, data).summary == nil {
			t.Fatal("the summary isn't understood")
		}
		return parse(t, data).Rename(func(p string) string { return "m/" + p[1:] })
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
		t.Error("another GUID makes no difference")
	}
}

// A summary that isn't understood stays as it is.
func TestUnknownSummary(t *testing.T) {
	for name, summary := range map[string]func(*stream){
		"unknown record":        func(s *stream) { s.record(99, 1) },
		"memory profile":        func(s *stream) { s.record(28, 1, 0, 0) },
		"record out of place":   func(s *stream) { s.record(blockCount, 1); s.record(valueGUID, 1, 2, 3) },
		"undefined value":       func(s *stream) { s.record(combinedGlobalVar, 5, 0, 0, 0) },
		"undefined reference":   func(s *stream) { s.record(valueGUID, 5, 1, 1); s.record(combinedGlobalVar, 5, 0, 0, 0, 6) },
		"undefined module":      func(s *stream) { s.record(valueGUID, 5, 1, 1); s.record(combinedGlobalVar, 5, 3, 0, 0) },
		"one value twice":       func(s *stream) { s.record(valueGUID, 5, 1, 1); s.record(valueGUID, 5, 1, 2) },
		"short record":          func(s *stream) { s.record(combinedProfile, 1, 2) },
		"too many references":   func(s *stream) { s.record(combinedProfile, 1, 0, 0, 0, 0, 0, 9, 0, 0) },
		"odd calls":             func(s *stream) { s.record(combinedProfile, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
		"type tests of nothing": func(s *stream) { s.record(typeTests, 1) },
		"type tests of a variable": func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(typeTests, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0)
		},
		"block": func(s *stream) { s.opaque(99, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			build := func(canonical bool, path string) []byte {
				s := newStream(canonical)
				s.block(moduleID, 3, func() {
					s.strtab(path)
					s.block(summaryID, 4, func() { summary(s) })
				})
				return s.data
			}
			s := parse(t, build(false, "a.o"))
			if s.summary != nil {
				t.Error("claims to understand it")
			}
			if got, want := s.Rename(func(string) string { return "b" }), build(true, "b"); !bytes.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
		})
	}
}

// Shards of the same content are equal whatever the linker's PID, the
// archives and the objects' order by name are.
func TestCanonicalShardsOfLLD(t *testing.T) {
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
