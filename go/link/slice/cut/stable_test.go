package cut_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
	"thinrex/go/link/slice"
)

// cutOf compiles a source and cuts it to the functions with the given names.
func cutOf(t *testing.T, name, text, cflags string, keep ...string) []byte {
	t.Helper()
	p := &program{T: t, dir: t.TempDir()}
	p.write(name, text)
	p.compile(name, cflags)
	r := slice.Request{Path: p.path(name + ".o")}
	for _, function := range keep {
		r.Keep = append(r.Keep, bitcode.GUID(function, name, strings.HasPrefix(function, "local")))
	}
	slices.Sort(r.Keep)
	data, err := slicer.Slice(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A slice doesn't change with what it doesn't hold.
func TestUnrelatedEdits(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	const original = `
#include <stdio.h>
struct pair { int a; short b; };
static int limit = 3;
static int table[] = {1, 2, 3};
__attribute__((noinline)) int other(struct pair *p) { return limit ? p->b : p->a; }
__attribute__((noinline)) static int local(struct pair *p) { return p->a > limit ? table[p->b] : limit++; }
int kept(struct pair *p, int n) { struct pair q = *p; q.b += n; printf("kept %d", n); return local(&q) + other(&q); }
int unrelated(int n) { limit = n; table[0] = n + 7; printf("unrelated %d\n", n); return puts("done"); }
`
	base := cutOf(t, "a.c", original, "-O2", "kept", "local")
	if !bytes.Contains(base, []byte("kept")) || bytes.Contains(base, []byte("unrelated")) {
		t.Errorf("the slice is wrong: %q", base)
	}
	if again := cutOf(t, "a.c", original, "-O2", "kept", "local"); !bytes.Equal(base, again) {
		t.Error("the same edit gives another slice")
	}
	end := "int unrelated("
	for name, edit := range map[string][2]string{
		"a constant in a function":    {"n + 7", "n + 8"},
		"a string in a function":      {`"unrelated %d\n"`, `"another %d\n"`},
		"a function at the end":       {end, "int added(int x) { return x * limit; }\n" + end},
		"a function at the beginning": {"static int limit", "int added(int x) { return x * 3; }\nstatic int limit"},
		"a static function": {end,
			"static int s(int x) { return x / limit; }\nint added(int x) { return s(x); }\n" + end},
		"a global variable with a string": {end, "const char *added = \"added\";\n" + end},
		"a type": {end, "struct T { double d; struct T *t; };\n" +
			"void *added(struct T *t) { return t->d ? t->t : t; }\n" + end},
		"assembly in a function": {end,
			"int added(int x) { __asm__ volatile(\"nop # %0\" :: \"r\"(x)); return x; }\n" + end},
		"an aliased function": {end,
			"int added(int x) { return x; }\nint alias(int) __attribute__((alias(\"added\")));\n" + end},
		"a constructor": {end,
			"__attribute__((constructor)) static void begin(void) { limit = 7; }\n" + end},
		"a used variable":     {end, "__attribute__((used)) static int added = 8;\n" + end},
		"a thread's variable": {end, "_Thread_local int added; int get(void) { return added++; }\n" + end},
		"vectors and attributes": {end, "__attribute__((target(\"avx2\"), noinline, hot)) int added(double *d) {\n" +
			"int s = 0; for (int i = 0; i < 64; i++) s += d[i] > 2; return s; }\n" + end},
		"a variable's initial value": {"limit = 3", "limit = 4"},
		"a function's length":        {"puts(\"done\")", "printf(\"%d\", n) + getchar()"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edited := strings.Replace(original, edit[0], edit[1], 1)
			if edited == original {
				t.Fatal("nothing was edited")
			}
			if !bytes.Equal(cutOf(t, "a.c", edited, "-O2", "kept", "local"), base) {
				t.Error("the slice changes")
			}
		})
	}
	for name, edit := range map[string][2]string{
		"the kept function":      {"q.b += n", "q.b -= n"},
		"a kept static function": {"p->a > limit", "p->a < limit"},
		"what a kept one calls":  {"+ other(&q)", "+ q.a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edited := strings.Replace(original, edit[0], edit[1], 1)
			if bytes.Equal(cutOf(t, "a.c", edited, "-O2", "kept", "local"), base) {
				t.Error("the slice doesn't change")
			}
		})
	}
}
