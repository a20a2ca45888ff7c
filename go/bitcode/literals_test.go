package bitcode_test

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
)

// moduleOf compiles a C source in the current folder.
func moduleOf(t *testing.T, name, text string, args ...string) *bitcode.Module {
	t.Helper()
	if err := os.WriteFile(name+".c", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	args = slices.Concat([]string{"-O2", "-flto=thin", "-c", name + ".c"}, args)
	if out, err := exec.Command("clang-22", args...).CombinedOutput(); err != nil {
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

// String literals are found by their names, and only constants of the module are literals.
func TestLiterals(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Chdir(t.TempDir())
	m := moduleOf(t, "a", `
#include <stdio.h>
const char *first = "first", *second = "second";
static char str[4]; char *get(int i) { str[i]++; return str; }
void again(int x) { if (x) printf("a line\n"); else printf("another line\n"); }
__attribute__((section("texts"))) const char other[] = "other";
`)
	if first := moduleOf(t, "b", "int x;", "-fno-discard-value-names"); len(first.Literals()) > 0 {
		t.Errorf("literals of a module without any: %v", first.Literals())
	}
	literal := func(base, number string) bitcode.Literal {
		return bitcode.Literal{
			GUID:   bitcode.GUID(base+number, "a.c", true),
			Base:   base,
			Number: number,
			Plain:  true,
		}
	}
	want := []bitcode.Literal{literal(".str", ""), literal(".str", ".1"), literal("str", ".4"), literal("str", ".5")}
	if m.Producer >= "LLVM23" { // its GUIDs don't follow names
		want = nil
	}
	before := m.Literals()
	m.Forget()
	for _, got := range [][]bitcode.Literal{before, m.Literals()} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if want != nil && m.LiteralGUID(want[2], 77) != bitcode.GUID("str.77", "a.c", true) {
		t.Error("another number gives a wrong GUID")
	}
}

// LLVM sees what functions do that the importer or another import defines, or declares as
// using certain memory only.
func TestSeen(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Chdir(t.TempDir())
	guids := func(names ...string) []uint64 {
		var list []uint64
		for _, name := range names {
			list = append(list, bitcode.GUID(name, "", false))
		}
		slices.Sort(list)
		return list
	}
	importer := moduleOf(t, "main",
		"int own(int x) { return x; } int a(void), b(void), pure(void) __attribute__((pure));\n"+
			"int main(void) { return a() + b() + pure(); }")
	a := moduleOf(t, "a", `
int own(int), b(void), both(void), kept(void), elsewhere(void), nowhere(void), pure(void), constant(void);
int kept(void) { return nowhere(); }
int called(void) { return own(1) + b() + both() + kept() + elsewhere() + nowhere() + pure() + constant(); }
int a(void) __attribute__((alias("called")));
int other(void) { return own(2) + b(); }
`)
	b := moduleOf(t, "b", "int a(void); int both(void) { return 1; } int b(void) { return a(); }\n"+
		"int elsewhere(void) { return 2; } int kept(void), constant(void) __attribute__((const));\n"+
		"int further(void) { return kept() + constant(); }")
	keepA, keepB := guids("a", "kept"), guids("b", "both")
	want := [][]uint64{guids("own", "b", "both", "elsewhere", "pure", "constant"), guids("a")}
	for range 2 {
		got := bitcode.Seen(importer, []bitcode.Import{{Module: a, Keep: keepA}, {Module: b, Keep: keepB}})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		for _, m := range []*bitcode.Module{importer, a, b} {
			m.Forget()
		}
	}
}
