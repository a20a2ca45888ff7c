package bitcode_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
)

// Instructions counts the instructions that llvm-dis prints.
func TestInstructions(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	dir := t.TempDir()
	source := filepath.Join(dir, "a.c")
	text := "int g(int);\n" +
		"int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += g(i); return s; }\n" +
		"int h(void) { return f(3); }\n"
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-O2", "-flto=thin"},
		{"-O2", "-emit-llvm", "-g", "-Xclang", "-disable-llvm-passes"},
	} {
		object := filepath.Join(dir, "a.bc")
		if out, err := exec.Command("clang-22",
			append(args, "-c", source, "-o", object)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		list, err := exec.Command("sh", "-c", "llvm-dis-22 -o - "+object+" | grep -cE '^  [a-z%]'").Output()
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(object)
		if err != nil {
			t.Fatal(err)
		}
		n, err := bitcode.Instructions(data)
		if err != nil {
			t.Fatal(err)
		}
		if want := string(list); want != strconv.Itoa(n)+"\n" {
			t.Errorf("%v: %d, want %s", args, n, want)
		}
	}
	for _, bad := range []string{"", "BC", "\x7fELF....", "BC\xc0\xde\x35\x14\x00\x00"} {
		if n, err := bitcode.Instructions([]byte(bad)); err == nil && n > 0 {
			t.Errorf("%q: %d instructions", bad, n)
		}
	}
}
