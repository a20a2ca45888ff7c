package rename_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// code has what ThinLTO makes in objects that import: references to promoted functions
// and variables, and private copies of variables. Some names are the end of others.
const code = `
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

var hashes = []string{"902834098120938", "18446744073709551615", "7"}

// Objects for all targets are as if they had been compiled with the hashes.
func TestTargets(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	for _, target := range []string{
		"x86_64-linux-gnu", "i386-linux-gnu", "x86_64-linux-gnux32", "aarch64-linux-gnu", "aarch64_be-linux-gnu",
		"armv7-linux-gnueabihf", "riscv64-linux-gnu", "riscv32-linux-gnu", "loongarch64-linux-gnu",
		"powerpc64le-linux-gnu", "powerpc64-linux-gnu", "powerpc-linux-gnu", "s390x-linux-gnu",
		"mips64el-linux-gnu", "mips64-linux-gnu", "mips-linux-gnu", "sparcv9-linux-gnu",
		"x86_64-pc-windows-msvc", "i686-pc-windows-msvc", "aarch64-pc-windows-msvc", "armv7-pc-windows-msvc",
		"arm64ec-pc-windows-msvc", "x86_64-w64-windows-gnu", "i686-w64-windows-gnu",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			p := programOf(t, "a.c", code, "-g", "-O1", "--target="+target)
			checkReplaced(t, p, hashes, "-O2", "--target="+target)
			checkReplaced(t, p, hashes, "-O0", "-ffunction-sections", "-fdata-sections", "--target="+target)
		})
	}
}

// The same for options that change how an object is laid out.
func TestOptions(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	for _, options := range []string{
		"-fPIC -faddrsig -ffunction-sections -fdata-sections", // as in DTLTO
		"-g -gdwarf-4 -ggnu-pubnames", "-g -gdwarf-5 -gpubnames -fdebug-types-section", "-g -gz=zlib", "-g -gz=zstd",
		"-g -gsplit-dwarf=single", "-Wa,--crel,--allow-experimental-crel -ffunction-sections -fdata-sections",
		"-ffunction-sections -fno-unique-section-names", "-fbasic-block-sections=all", "-fstack-size-section",
		"-fbasic-block-address-map", "-fsplit-machine-functions", "-mcmodel=large -fdata-sections", "-fPIC -fno-plt",
		"-fcf-protection -fpatchable-function-entry=4", "-fxray-instrument -fxray-instruction-threshold=1",
	} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields(options), "--target=x86_64-linux-gnu")
			checkReplaced(t, programOf(t, "a.c", code, args...), hashes, args...)
			checkReplaced(t, programOf(t, "a.c", code, append(args, "-O2")...), hashes, append(args, "-O2")...)
		})
	}
	profiled := programOf(t, "a.c", code, "-O1", "-fprofile-generate", "--target=x86_64-linux-gnu")
	checkReplaced(t, profiled, hashes, "-O2", "-ffunction-sections", "--target=x86_64-linux-gnu")
	for _, options := range []string{"-gcodeview", "-gdwarf -ffunction-sections -fdata-sections", "-fno-common -O2"} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields(options), "--target=x86_64-pc-windows-msvc", "-g")
			checkReplaced(t, programOf(t, "a.c", code, args...), hashes, args...)
		})
	}
}

// The file beside an object that split DWARF writes may have placeholders, too: in the
// names of its sections it has none, but it may hold the same string table.
func TestSplitDWARF(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	args := []string{"-g", "-gsplit-dwarf", "-gdwarf-5", "--target=x86_64-linux-gnu"}
	p := programOf(t, "a.c", code, args...)
	checkReplaced(t, p, hashes, args...)
	numbers, names := placeholders(hashes)
	beside := func(numbers []string) []byte {
		p.object(t, numbers, args...)
		return contents(t, filepath.Join(p.dir, "out.dwo"))
	}
	checkReplacedObject(t, beside(numbers), beside(hashes), names)
}

// Objects with more sections than the headers' 16-bit fields count, and with a string
// table so long that COFF encodes places in it in another way.
func TestManySections(t *testing.T) {
	quick.Skip(t, "assembles large objects")
	t.Parallel()
	var elf, coff strings.Builder
	long := strings.Repeat("long", 40)
	for i := range 66_000 {
		fmt.Fprintf(&elf, ".section \".text.f%d.llvm.<%d>\",\"ax\"\n.byte 1\n", i, i%3)
		fmt.Fprintf(&coff, ".section \".text$%s%d.llvm.<%d>\",\"xr\"\n.byte 1\n", long, i, i%3)
	}
	elf.WriteString("\"f.llvm.<0>\":\n.quad \"g.llvm.<1>\"\n")
	coff.WriteString(".globl \"f.llvm.<0>\"\n\"f.llvm.<0>\":\n.quad \"g.llvm.<1>\"\n")

	checkReplaced(t, program{"a.s", elf.String(), t.TempDir()}, hashes, "--target=x86_64-linux-gnu")
	checkReplaced(t, program{"a.s", elf.String(), t.TempDir()}, hashes, "--target=powerpc-linux-gnu")
	object := checkReplaced(t, program{"a.s", coff.String(), t.TempDir()}, hashes, "--target=x86_64-pc-windows-msvc")
	if !bytes.Contains(object[:66_000*40], []byte("//AAm")) {
		t.Error("no name of a section is so far behind that it is encoded in base64")
	}
}
