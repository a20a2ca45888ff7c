//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// listOf compiles a source, cuts it to a function and a local one, and returns the slice's
// values by kind and name.
func listOf(t *testing.T, text, cflags string) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "slice.o")
	if err := os.WriteFile(file, cutOf(t, "a.c", text, cflags, "kept", "local"), 0o644); err != nil {
		t.Fatal(err)
	}
	values, err := slicer.Values(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	for _, v := range values {
		digests[string(v.Kind)+" "+v.Name] = v.Digest
	}
	return digests
}

// An edit changes the values that it is about, and no other.
func TestListOfValues(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	const original = `
struct pair { int a; short b; };
static int limit = 3;
static const int table[] = {1, 2, 3};
__attribute__((noinline)) int other(struct pair *p) { return limit ? p->b : p->a; }
__attribute__((noinline)) static int local(struct pair *p) { return p->a > limit ? table[p->b] : limit++; }
int kept(struct pair *p, int n) { struct pair q = *p; q.b += n; return local(&q) + other(&q); }
`
	base := listOf(t, original, "-O2")
	for _, value := range []string{"function kept", "function local", "declaration other", "variable limit"} {
		if base[value] == "" {
			t.Errorf("there is no %s in %v", value, slices.Sorted(maps.Keys(base)))
		}
	}
	for name, test := range map[string]struct{ from, to, changed string }{
		"a constant":           {"q.b += n", "q.b += n + 7", "function kept"},
		"of a local function":  {"p->a > limit", "p->a >= limit", "function local"},
		"an attribute":         {"int kept(", "__attribute__((cold)) int kept(", "function kept"},
		"a function before it": {"static int limit", "int added(int x) { return x * 3; }\nstatic int limit", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, cflags := range []string{"-O2", "-O2 -g"} {
				before := listOf(t, original, cflags)
				var changed []string
				for value, digest := range listOf(t, strings.Replace(original, test.from, test.to, 1), cflags) {
					if before[value] != digest {
						changed = append(changed, value)
					}
				}
				if strings.Join(changed, ", ") != test.changed {
					t.Errorf("%s: %q changed, want %q", cflags, changed, test.changed)
				}
			}
		})
	}
}

// A file without a module is refused.
func TestListOfNoModule(t *testing.T) {
	quick.Skip(t, "starts thinrex-slicer")
	file := filepath.Join(t.TempDir(), "a.o")
	for _, data := range []string{"", "no bitcode", "BC\xc0\xde\x35\x14\x00\x00"} {
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if values, err := slicer.Values(t.Context(), file); err == nil {
			t.Errorf("%q has %v", data, values)
		}
	}
}
