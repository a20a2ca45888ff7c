package bitcode

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/internal/quick"
)

// A shard tells what its backend imports of which module. The names of promoted symbols
// follow its hashes.
func TestImports(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	dir, snap := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"main.c": "int f(int); int seen, *there = &seen; static int last;\n" +
			"int main(int n, char **v) { return last = f(n); }",
		"f.c": `static int state; __attribute__((noinline)) static int helper(int x) { return state += x; }
			int unused(void) { return state; }
			extern int *there;
			static int table[] = {1, 2, 3, 4}; // only read, so that it is imported
			int f(int x) { return *there = helper(x) + table[x & 3]; }`,
		"keep": "#!/bin/sh\ncp ./*.thinlto.bc \"$SNAP\"\nexit 1\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, nil, "clang-22", "-O2", "-flto=thin", "-c", "main.c", "f.c")
	cmd := exec.Command("clang-22", "-O2", "-flto=thin", "-fuse-ld=lld-22", "-fthinlto-distributor=./keep",
		"main.o", "f.o", "-o", "prog")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "SNAP="+snap)
	log, _ := cmd.CombinedOutput() // the distributor makes it fail
	files, err := filepath.Glob(filepath.Join(snap, "main*.thinlto.bc"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d shards of main.o: %v\n%s", len(files), err, log)
	}
	s := parse(t, read(t, files[0]))
	got, err := s.Imports()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]uint64{
		"main.o": {GUID("main", "", false), GUID("seen", "", false), GUID("there", "", false)},
		"f.o":    {GUID("f", "", false), GUID("table", "f.c", true)},
	}
	for _, guids := range want {
		slices.Sort(guids)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	numbers := s.PromotionNumbers()
	if len(numbers) != 2 || numbers["main.o"] == numbers["f.o"] {
		t.Fatalf("numbers %v", numbers)
	}
	const number = 17836401925500000000
	changed, err := s.SetPromotionNumbers(map[string]uint64{"f.o": number})
	if err != nil {
		t.Fatal(err)
	}
	want2 := map[string]uint64{"main.o": numbers["main.o"], "f.o": number}
	if diff := cmp.Diff(want2, parse(t, changed).PromotionNumbers()); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if err := os.WriteFile(filepath.Join(dir, "changed.bc"), changed, 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, nil, "clang-22", "-O2", "-c", "main.o", "-fthinlto-index=changed.bc", "-o", "main.native.o")
	symbols, err := exec.Command("llvm-nm-22", filepath.Join(dir, "main.native.o")).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(symbols), ".llvm.17836401925500000000") {
		t.Errorf("no promoted symbol has the number:\n%s", symbols)
	}

	if _, err := s.SetPromotionNumbers(map[string]uint64{"f.o": 1, "g.o": 2}); err != nil {
		t.Errorf("a number of a module that isn't there: %v", err)
	}
}

// Where a backend may read more than the listed values, a shard tells no imports.
func TestImportsUnknown(t *testing.T) {
	guid := func(s *stream) { s.record(valueGUID, 5, 1, 1) }
	function := func(s *stream) { s.record(combinedProfile, 5, 0, 0, 0, 0, 0, 0, 0, 0) }
	for name, tt := range map[string]struct {
		records func(*stream)
		want    string
	}{
		"type tests": {func(s *stream) {
			guid(s)
			s.record(typeTests, 1, 2)
			function(s)
		}, "refers to types"},
		"devirtualisation": {func(s *stream) {
			guid(s)
			function(s)
			s.record(typeID, 0, 1)
		}, "refers to names or types"},
		"control flow integrity": {func(s *stream) {
			guid(s)
			function(s)
			s.record(cfiFunctionDefs, 0, 1)
		}, "refers to names or types"},
		"unknown record": {func(s *stream) { s.record(99, 1) }, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStream(true)
			s.block(moduleID, 3, func() {
				s.strtab("a.o")
				s.block(summaryID, 4, func() {
					s.record(summaryVersion, 12)
					tt.records(s)
				})
			})
			got, err := parse(t, s.data).Imports()
			if err == nil || !regexp.MustCompile(tt.want).MatchString(err.Error()) {
				t.Errorf("%v, %v; want %q", got, err, tt.want)
			}
		})
	}
}
