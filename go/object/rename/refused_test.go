package rename_test

import (
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// Where a placeholder is in other places than names, the object is refused.
func TestPlaceholdersElsewhere(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	const text = `const char text[] = "f.llvm.<0>";`
	const short = `extern int x __asm__("x.llvm.<2>"); int g(void) { return x; }`
	const names = `void f(void) __asm__("f.llvm.<0>"); void f(void) {} void fffffffffff(void) {}`
	const label = `int f(int) __asm__("f.llvm.<0>"); int g(int x) { return f(x); }`
	for name, tc := range map[string]struct{ source, want, args string }{
		"data":                    {text, "section .rodata holds a placeholder", "--target=x86_64-linux-gnu"},
		"data, COFF":              {text, "section ", "--target=x86_64-pc-windows-msvc"},
		"short name, COFF":        {short, "too short", "--target=x86_64-pc-windows-msvc"},
		"debug information":       {label, "section .debug_str holds", "--target=x86_64-linux-gnu -g -O2"},
		"debug information, COFF": {label, "section ", "--target=x86_64-w64-windows-gnu -g -O2"},
		"compressed with zlib":    {label, "section .debug_str holds", "--target=i386-linux-gnu -g -O2 -gz=zlib"},
		"compressed with zstd":    {label, "section .debug_str holds", "--target=s390x-linux-gnu -g -O2 -gz=zstd"},
		"profile's names":         {names, "section __llvm_prf_names holds", "--target=x86_64-linux-gnu -fprofile-generate"},
		"profile's names, COFF":   {names, "section ", "--target=x86_64-pc-windows-msvc -fprofile-generate"},
		"embedded bitcode":        {label, "section .llvmbc holds", "--target=x86_64-linux-gnu -fembed-bitcode=all -O2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, program{"a.c", tc.source, t.TempDir()}, hashes, tc.want, strings.Fields(tc.args)...)
		})
	}
}

// Names that would become one are refused: LLVM would have made one symbol of them.
func TestEqualHashes(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	for _, target := range []string{"x86_64-linux-gnu", "x86_64-pc-windows-msvc"} {
		p := programOf(t, "a.c", code, "--target="+target)
		checkRefused(t, p, []string{"5", "5", "7"}, "would have the same name", "--target="+target)
	}
}
