package bitcode_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
)

// An imported module goes on mentioning what stands in the importer, or gets there with another
// import: here own, and shared, which a() refers to. Nothing imported refers to alone and unused.
func TestMentions(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Chdir(t.TempDir())
	module := func(name, text string) *bitcode.Module {
		if err := os.WriteFile(name+".c", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("clang-22", "-O2", "-flto=thin", "-c", name+".c").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		data, err := os.ReadFile(name + ".o")
		if err != nil {
			t.Fatal(err)
		}
		m, err := bitcode.ReadModule(data)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	guids := func(names ...string) []uint64 {
		var list []uint64
		for _, name := range names {
			list = append(list, bitcode.GUID(name, "", false))
		}
		slices.Sort(list)
		return list
	}
	importer := module("main", "extern int own; int a(void), b(void); int main(void) { return a() + b() + own; }")
	a := module("a", "extern int shared, own, alone, unused; static int s;\n"+
		"int a(void) { return shared + s++; } int other(void) { return own + alone + unused; }")
	b := module("b", "extern int shared, unused;\n"+
		"int b(void) { return 1; } int other(void) { return shared + unused; }")
	got := bitcode.Mentions(importer, []bitcode.Import{{a, guids("a")}, {b, guids("b")}})
	if want := [][]uint64{guids("shared", "own"), guids("shared")}; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v, want %v", got, want)
	}
	if !strings.HasPrefix(a.Producer, "LLVM2") {
		t.Errorf("made by %q", a.Producer)
	}
}
