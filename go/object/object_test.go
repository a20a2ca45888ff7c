package object

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// compiled returns what clang makes of a source.
func compiled(t *testing.T, name, source string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, name), filepath.Join(dir, "out.o")
	if err := os.WriteFile(in, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("clang-22", append(args, "-c", in, "-o", out)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Objects of all kinds pass whole, and nothing less does.
func TestCutObjects(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Parallel()
	const code = "static char zeros[1 << 20]; int f(int); int g(int x) { zeros[x]++; return f(x) + f(x + 1); }\n"
	var many strings.Builder // more sections than the headers' 16-bit fields count
	for i := range 66_000 {
		fmt.Fprintf(&many, ".section .text.f%d,\"xr\"\n.byte 1\n", i)
	}
	elf := func(asm string) string { return strings.ReplaceAll(asm, `"xr"`, `"ax"`) }
	for name, tc := range map[string]struct {
		file, source string
		args         []string
	}{
		"ELF":                    {"a.c", code, []string{"--target=x86_64-linux-gnu", "-g"}},
		"ELF, 32 bits":           {"a.c", code, []string{"--target=i386-linux-gnu"}},
		"ELF, big endian":        {"a.c", code, []string{"--target=powerpc64-linux-gnu"}},
		"ELF, 32, big endian":    {"a.c", code, []string{"--target=mips-linux-gnu"}},
		"ELF, many sections":     {"a.s", elf(many.String()), []string{"--target=x86_64-linux-gnu"}},
		"COFF":                   {"a.c", code, []string{"--target=x86_64-pc-windows-msvc", "-gcodeview"}},
		"COFF, 32 bits":          {"a.c", code, []string{"--target=i686-pc-windows-msvc"}},
		"COFF, ARM":              {"a.c", code, []string{"--target=aarch64-pc-windows-msvc"}},
		"COFF, many sections":    {"a.s", many.String(), []string{"--target=x86_64-pc-windows-msvc"}},
		"bitcode":                {"a.c", code, []string{"--target=x86_64-linux-gnu", "-flto=thin"}},
		"bitcode within wrapper": {"a.c", code, []string{"--target=x86_64-apple-macos", "-flto=thin"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := compiled(t, tc.file, tc.source, tc.args...)
			if err := Check(data); err != nil {
				t.Fatal(err)
			}
			for k := range 200 {
				n := len(data) * k / 200
				if Check(data[:n]) == nil {
					t.Errorf("%d of %d bytes pass", n, len(data))
				}
			}
			if Check(data[:len(data)-24]) == nil { // a wrapper is padded
				t.Error("without the last 24 bytes it passes")
			}
		})
	}
}

// Whatever headers say, nothing is read beyond what is there.
func FuzzCheck(f *testing.F) {
	for _, kind := range objectKinds {
		f.Add([]byte(kind.magic + strings.Repeat("\x00", 200)))
		f.Add([]byte(kind.magic + strings.Repeat("\x02\x01", 100)))
		f.Add([]byte(kind.magic + strings.Repeat("\xff", 200)))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { _ = Check(data) })
}
