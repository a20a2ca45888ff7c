package rename_test

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
	"thinrex/go/object/rename"
)

// placeholder returns a number like those that stand for modules' hashes in tests.
func placeholder(i int) string { return fmt.Sprint(uint64(17836401925500000000) + uint64(i)) }

// compiled returns what clang makes of a source in a folder.
func compiled(t *testing.T, dir, file, source string, args ...string) []byte {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	clang := exec.Command("clang-22", slices.Concat(args, []string{"-w", file, "-o", "out"})...)
	clang.Dir = dir
	if said, err := clang.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A program is LLVM IR in which names of functions and variables that end with __0 are
// promoted: they end with the hash of module 0.
type program struct {
	ir  string
	dir string // where it is compiled: debug information names it
}

var promoted = regexp.MustCompile(`[@$](\w+)__(\d)([.\w]*)`)

// programOf returns a C or C++ source's IR. As in a ThinLTO backend, debug information
// keeps the names from the source.
func programOf(t *testing.T, file, source string, args ...string) program {
	t.Helper()
	dir := t.TempDir()
	return program{string(compiled(t, dir, file, source, slices.Concat(args, []string{"-S", "-emit-llvm"})...)), dir}
}

// object compiles the program. Module i's hash is numbers[i].
func (p program) object(t *testing.T, numbers []string, args ...string) []byte {
	t.Helper()
	ir := promoted.ReplaceAllStringFunc(p.ir, func(name string) string {
		part := promoted.FindStringSubmatch(name)
		return fmt.Sprintf(`%c"%s.llvm.%s%s"`, name[0], part[1], numbers[part[2][0]-'0'], part[3])
	})
	return compiled(t, p.dir, "a.ll", ir, slices.Concat(args, []string{"-c"})...)
}

// checkReplaced compiles a program with placeholders and with real numbers. It fails
// if Replace doesn't make one object of the other.
func checkReplaced(t *testing.T, p program, real []string, args ...string) {
	t.Helper()
	names, placeholders := map[string]string{}, []string(nil)
	for i, number := range real {
		placeholders = append(placeholders, placeholder(i))
		names[placeholder(i)] = number
	}
	before, want := p.object(t, placeholders, args...), p.object(t, real, args...)
	if bytes.Equal(before, want) || !rename.Mentions(before, names) {
		t.Fatal("the object has no placeholder")
	}
	got, err := rename.Replace(before, names)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes became %d, clang writes %d", len(before), len(got), len(want))
	}
}

// functions has what ThinLTO makes in objects that import: references to promoted
// functions and variables, and private copies of variables. Some names are the end of
// others.
const functions = `
int f__0(int), ff__0(int), f__1(int), f__0cold(int), f(int), ff(int);
extern int table__2[], table[];
static int counter__0;
static const int numbers__1[4] = {1, 2, 3, 4};
static _Thread_local int mine__2 = 3;
__attribute__((noinline)) static int g__1(int x) { return f__0(x) + ff__0(x) + numbers__1[x & 3]; }
int run(int x) {
	counter__0 += x, mine__2 *= x;
	static const char *words__1[] = {"a", "b", "c"};
	return g__1(x) + f__1(table__2[x] + table[x]) + f__0cold(x) + f(ff(x)) + *words__1[x];
}
int *where(void) { return &counter__0; }
int *whose(void) { return &mine__2; }
`

var targets = []string{
	"x86_64-linux-gnu", "i386-linux-gnu", "aarch64-linux-gnu", "aarch64_be-linux-gnu", "powerpc64-linux-gnu",
	"powerpc-linux-gnu", "riscv64-linux-gnu", "riscv32-linux-gnu", "s390x-linux-gnu", "armv7-linux-gnueabihf",
	"mips64-linux-gnu", "mips-linux-gnu", "loongarch64-linux-gnu", "sparcv9-linux-gnu", "x86_64-linux-gnux32",
	"x86_64-pc-windows-msvc", "i686-pc-windows-msvc", "aarch64-pc-windows-msvc", "x86_64-w64-windows-gnu",
	"armv7-pc-windows-msvc",
}

var reals = []string{"902834098120938", "18446744073709551615", "7"}

// Objects of all targets are as if they had been compiled with the real numbers.
func TestTargets(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	for _, target := range targets {
		t.Run(target, func(t *testing.T) {
			p := programOf(t, "a.c", functions, "-g", "-O1", "--target="+target)
			checkReplaced(t, p, reals, "-O2", "--target="+target)
			checkReplaced(t, p, reals, "-O0", "-ffunction-sections", "-fdata-sections", "--target="+target)
		})
	}
}
