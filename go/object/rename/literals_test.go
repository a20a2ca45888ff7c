package rename_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
	"thinrex/go/object/rename"
)

// literals is IR with string literals of other modules. <p0> is the literal of module 0 that
// was numbered first.
const literals = `
@".str<p0>.llvm.<0>" = external hidden constant [4 x i8]
@".str<p1>.llvm.<0>" = external hidden constant [5 x i8]
@".str<p0>.llvm.<1>" = external hidden constant [6 x i8]
@"str<p2>.llvm.<1>" = external hidden constant [7 x i8]
@"count.llvm.<1>" = external hidden global i32
@".str.7" = private constant [3 x i8] c"ab\00"
declare void @use(ptr, ptr, ptr, ptr, ptr, ptr)
define void @run() {
  call void @use(ptr @".str<p0>.llvm.<0>", ptr @".str<p1>.llvm.<0>", ptr @".str<p0>.llvm.<1>",
    ptr @"str<p2>.llvm.<1>", ptr @"count.llvm.<1>", ptr @".str.7")
  ret void
}
`

// numbered replaces the numbers in literals, which differ from module to module.
func numbered(text string, number func(module, literal int) string) string {
	for module := range 2 {
		for literal := range 3 {
			ending := fmt.Sprintf(".llvm.<%d>", module)
			text = strings.ReplaceAll(text, fmt.Sprintf("<p%d>%s", literal, ending), number(module, literal)+ending)
		}
	}
	return text
}

// String literals get their numbers back, and the first one of a module has none.
func TestLiterals(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	hashes := []string{"902834098120938", "18446744073709551615"}
	real := [2][3]string{{"", ".17", ".2"}, {".123", ".4", ".30000"}}
	ours := func(_, literal int) string { return fmt.Sprint(".", 17836401925500050000+uint64(literal)) }
	numbers, names := placeholders(hashes)
	for module, hash := range hashes {
		for literal := range 3 {
			names[ours(module, literal)+".llvm."+numbers[module]] = real[module][literal] + ".llvm." + hash
		}
	}
	for _, target := range []string{
		"x86_64-linux-gnu", "powerpc-linux-gnu", "x86_64-pc-windows-msvc", "x86_64-w64-windows-gnu",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			before := program{"a.ll", numbered(literals, ours), t.TempDir()}
			after := program{"a.ll", numbered(literals, func(m, l int) string { return real[m][l] }), t.TempDir()}
			args := []string{"-O2", "-fdata-sections", "--target=" + target}
			object := before.object(t, numbers, args...)
			checkReplacedObject(t, object, after.object(t, hashes, args...), names)

			unknown := maps.Clone(names)
			delete(unknown, ours(0, 1)+".llvm."+numbers[0])
			if _, err := rename.Replace(object, unknown); err == nil || !strings.Contains(err.Error(), "placeholder") {
				t.Errorf("numbers of unknown literals: %v", err)
			}
		})
	}
}
