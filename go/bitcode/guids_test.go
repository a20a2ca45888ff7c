package bitcode

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/internal/quick"
)

var guidField = regexp.MustCompile(`(?m)^\^\d+ = gv: \(name: .*, summaries: .* ; guid = (\d+)$`)

// The GUIDs of a module's values are those of its summary, also if a value was renamed
// after LLVM had numbered it: from LLVM 23 on, renamed and renamed_local then keep theirs.
func TestGUIDsOfClang(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.c", `extern int outside; static int count; int shared = 4;
static __attribute__((noinline)) int local(int x) { return count += x + outside; }
int global(int x) { return local(x) + shared; }
int other(int) __attribute__((alias("global")));
int two(int x) { return local(x + 1); }
`)
	run(t, dir, nil, "clang-22", "-O2", "-flto=thin", "-S", "-emit-llvm", "a.c", "-o", "a.ll")
	text, _, _ := strings.Cut(string(read(t, filepath.Join(dir, "a.ll"))), "\n^") // without the summary
	write("b.ll", strings.NewReplacer("@local", "@renamed_local", "@global", "@renamed").Replace(text))
	for _, name := range []string{"a.c", "b.ll"} {
		run(t, dir, nil, "clang-22", "-O2", "-flto=thin", "-c", name, "-o", name+".o")
		data := read(t, filepath.Join(dir, name+".o"))
		var want, got []uint64
		for _, m := range guidField.FindAllStringSubmatch(disassemble(t, data), -1) {
			guid, err := strconv.ParseUint(m[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, guid)
		}
		m, err := ReadModule(data)
		if err != nil {
			t.Fatal(err)
		}
		contents, err := m.Contents(func(uint64) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range slices.Concat(contents.Variables, contents.Functions, contents.Aliases) {
			if v.Body {
				got = append(got, v.GUID)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(want) != 6 {
			t.Errorf("%s (-llvm-dis +Contents):\n%s", name, diff)
		}
	}
}
