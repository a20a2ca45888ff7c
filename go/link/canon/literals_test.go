package canon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/bitcode"
)

// withLiterals gives the fixture's modules literals that its shard mentions: the shard names
// the function b of the module b, which stands for the literal .str.3 here.
func (f *fixture) withLiterals(source string) {
	f.t.Helper()
	f.withModules()
	f.compile(`const char *f(int x) { return x == 1 ? "1" : x == 2 ? "2" : x == 3 ? "3" : "4"; } int b;`, bPath)
	b := bitcode.GUID("b", "", false)
	shard, err := shardOf(f.t, f.build()).WithGUIDs(map[uint64]uint64{b: bitcode.GUID(".str.3", source, true)})
	if err != nil {
		f.t.Fatal(err)
	}
	data, err := shard.SetPromotionNumbers(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	paths := map[string]string{moduleName: modulePath, "i00000.o": bPath, "i00001.o": cPath}
	f.write(shardPath, rename(f.t, data, func(path string) string { return paths[path] }))
}

// Literals get numbers of ours in the shard, and Names has their own.
func TestLiterals(t *testing.T) {
	f := newFixture(t)
	f.withLiterals("source.c")
	// Another source, because the names of literals hold the source's.
	f.write("other.c", "int b(int), shared; int main(void) { return b(shared); }")
	f.run("clang-22", "-O2", "-flto=thin", "-c", "other.c", "-o", modulePath)
	f.write("third.c", "int c(int x) { return x + 2; }")
	f.run("clang-22", "-O2", "-flto=thin", "-c", "third.c", "-o", cPath)
	literal := bitcode.GUID(".str.3", "source.c", true)
	replaced := bitcode.GUID(".str.17836401925500050000", "source.c", true)
	const ending = ".17836401925500050000.llvm.17836401925500000000"

	got := f.slice(map[string]string{"i00000.o": "slice of b"})
	if got.err != nil {
		t.Fatal(got.err)
	}
	guids := shardOf(t, got.Action).GUIDs()
	number := shardOf(t, got.whole).PromotionNumbers()["i00000.o"]
	switch literals := got.requests["i00000.o"].Literals; len(literals) {
	case 1:
		if literals[0] != literal || guids[literal] || !guids[replaced] {
			t.Errorf("request %+v, GUIDs %v", got.requests["i00000.o"], guids)
		}
		if want := fmt.Sprint(".3.llvm.", number); got.Names[ending] != want {
			t.Errorf("names %v, want %s for %s", got.Names, want, ending)
		}
	default: // LLVM 23 and later
		if guids[replaced] || len(got.Names) != 2 {
			t.Errorf("request %+v, names %v", got.requests["i00000.o"], got.Names)
		}
		return
	}
	if texts := got.requests["i00000.o"].Texts; !cmp.Equal(texts, []uint64{literal}) {
		t.Errorf("texts %v", texts)
	}

	whole := f.slice(map[string]string{"i00001.o": "slice of c"})
	if guids := shardOf(t, whole.Action).GUIDs(); !guids[literal] || whole.Names[ending] != "" {
		t.Errorf("of a module that stays whole: names %v, GUIDs %v", whole.Names, guids)
	}

	f.common.Args = append(f.common.Args, "-mcmodel=medium")
	if got := f.slice(nil).requests["i00000.o"]; len(got.Texts) > 0 || len(got.Literals) != 1 {
		t.Errorf("texts go, though their lengths may matter: %+v", got)
	}
}

// Literals keep their numbers if those of two modules could have one name.
func TestAmbiguousLiterals(t *testing.T) {
	f := newFixture(t)
	f.withLiterals("source.c") // which is the source of all modules
	got := f.slice(map[string]string{"i00000.o": "slice of b"})
	if got.err != nil {
		t.Fatal(got.err)
	}
	for name := range got.Names {
		if strings.Contains(name, ".llvm.") {
			t.Errorf("names %v", got.Names)
		}
	}
	if literals := got.requests["i00000.o"].Literals; len(literals) > 0 {
		t.Errorf("literals %v", literals)
	}
}
