//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
	"thinrex/go/link/slice"
	"thinrex/go/link/slice/cut"
)

// cutTexts compiles a source and cuts it to the function kept, with other numbers for its
// literals and without the texts that LLVM doesn't need.
func cutTexts(t *testing.T, text, cflags string, seen ...string) (data []byte, numbered bool) {
	t.Helper()
	p := &program{T: t, dir: t.TempDir()}
	p.write("a.c", text)
	p.compile("a.c", "-O2 -Wno-everything "+cflags)
	r := slice.Request{Path: p.path("a.c.o"), Keep: []uint64{bitcode.GUID("kept", "", false)}}
	keep := []string{"kept"}
	for name, definition := range map[string]string{"fail": " fail(char", "table": " table[]"} {
		if strings.Contains(text, definition) {
			keep = append(keep, name)
			r.Keep = append(r.Keep, bitcode.GUID(name, "", false))
		}
	}
	used := cutOf(t, "a.c", text, "-O2 -Wno-everything "+cflags, keep...) // has all literals that it mentions
	names := mustRead(t, used)
	for _, l := range p.module("a.c.o").Literals() {
		if names[l.GUID] {
			r.Literals, r.Texts = append(r.Literals, l.GUID), append(r.Texts, l.GUID)
			r.Keep = append(r.Keep, l.GUID)
		}
	}
	for _, name := range seen {
		r.Seen = append(r.Seen, bitcode.GUID(name, "", false))
	}
	slices.Sort(r.Keep)
	data, err := slicer.Slice(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return data, len(r.Literals) > 0
}

// mustRead returns the GUIDs of a slice's literals.
func mustRead(t *testing.T, data []byte) map[uint64]bool {
	t.Helper()
	m, err := bitcode.ReadModule(data)
	if err != nil {
		t.Fatal(err)
	}
	guids := map[uint64]bool{}
	for _, l := range m.Literals() {
		guids[l.GUID] = true
	}
	return guids
}

// A slice doesn't change with literals before those that it has, and, if what it does with a
// literal is to pass it on, with the literal's text. By LLVM 23 and later, whose modules
// tell GUIDs, it does.
func TestTexts(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	const frame = `
#include <stdarg.h>
int puts(const char *); unsigned long strlen(const char *);
int opaque(const char *, ...); int error_of(int, const char *); 
const char *before(int x) { EARLIER return "a text"; }
DEFINITIONS
int kept(int x, const char *s) { BODY }
`
	for name, c := range map[string]struct {
		definitions, body, cflags string
		seen                      []string
		stays                     bool // the text stays in the slice
	}{
		"passed":                  {body: `return opaque("TEXT");`},
		"passed as the second":    {body: `return error_of(x, "TEXT") + opaque("x", 3, "TEXT");`},
		"passed for AArch64":      {body: `return opaque("TEXT");`, cflags: "--target=aarch64-linux-gnu"},
		"passed to itself":        {body: `return x ? kept(x - 1, "TEXT") : opaque(s);`, stays: true},
		"LLVM knows the function": {body: `return puts("TEXT");`, stays: true},
		"read":                    {body: `return opaque("TEXT") + "TEXT"[x];`, stays: true},
		"a part is passed":        {body: `return opaque("TEXT" + x);`, stays: true},
		"in a table that is kept": {
			definitions: `const char *const table[] = {"TEXT", "another"};`,
			body:        `return opaque(table[x]);`,
			stays:       true,
		},
		"compared":                {body: `return s == "TEXT";`, stays: true},
		"seen elsewhere":          {body: `return opaque("TEXT");`, seen: []string{"opaque"}, stays: true},
		"a pointer to a function": {body: `int (*f)(const char *) = (void *)s; return f("TEXT");`, stays: true},
		"a large code model":      {body: `return opaque("TEXT");`, cflags: "-mcmodel=medium", stays: true},
		"another processor":       {body: `return opaque("TEXT");`, cflags: "--target=mips64el-linux-gnuabi64", stays: true},
		"kept as well": {
			definitions: `int fail(char *f) { return opaque(f) + f[2]; }`,
			body:        `return fail("TEXT");`,
			stays:       true,
		},
		"passed for its memory alone": {
			definitions: `unsigned long length(const char *s) { long n = 0; while (s[n]) n++; return n; }`,
			body:        `return length("TEXT");`,
			stays:       true,
		},
		"passed to a pure function": {
			definitions: `int pure(const char *) __attribute__((pure));`,
			body:        `return pure("TEXT");`,
			stays:       true,
		},
		"passed to a function of this module": {
			definitions: `int here(const char *f) { return opaque(f) + f[2]; }`,
			body:        `return here("TEXT");`,
		},
		"perhaps returned by the function": {
			definitions: `char *same(const char *);`,
			body:        `return *same("TEXT");`,
			stays:       true,
		},
		"kept, with va_start": {
			definitions: `int fail(char *f, ...) { va_list a; va_start(a, f); return va_arg(a, int) + f[2]; }`,
			body:        `return fail("TEXT", x);`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with := func(text, earlier string) ([]byte, bool) {
				source := strings.NewReplacer("DEFINITIONS", c.definitions, "BODY", c.body).Replace(frame)
				source = strings.NewReplacer("TEXT", text, "EARLIER", earlier).Replace(source)
				return cutTexts(t, source, "-fno-inline "+c.cflags, c.seen...)
			}
			base, numbered := with("on bad self", "")
			earlier, _ := with("on bad self", `if (x) return "an earlier one";`)
			if same := bytes.Equal(earlier, base); same != numbered {
				t.Errorf("the slice stays the same with a literal before: %v", same)
			}
			changed, _ := with("on a bad self", "")
			if same := bytes.Equal(changed, base); same != (numbered && !c.stays) {
				t.Errorf("the slice stays the same with another text: %v", same)
			}
		})
	}
}

// The list of names that LLVM knows has all that its library has.
func TestKnownNames(t *testing.T) {
	quick.Skip(t, "reads libLLVM")
	path, err := libraryOf("clang-22")
	if err != nil {
		t.Fatal(err)
	}
	library, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := bytes.Cut(library, []byte("\x00??2@YAPAXI@Z\x00??2@YAPAXIABUnothrow_t@std@@@Z\x00"))
	table, _, ended := bytes.Cut(table, []byte("\x00\x00"))
	if !found || !ended {
		t.Fatal("the library has no table of names")
	}
	checked := 0
	for name := range strings.SplitSeq(string(table), "\x00") {
		if checked++; !cut.KnownName(name) {
			t.Errorf("%s is missing", name)
		}
	}
	if checked < 500 || !cut.KnownName("printf") || !cut.KnownName("__assert_fail") || !cut.KnownName("_ZdlPv") {
		t.Errorf("only %d names", checked)
	}
	for _, name := range []string{"luaL_error", "die", "_ZN7rocksdb6Status10CorruptionEv", "_Z3diePKc"} {
		if cut.KnownName(name) {
			t.Errorf("LLVM can't know %s", name)
		}
	}
}
