package rename_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"thinrex/go/object/rename"
)

// A program is LLVM IR or assembly in which <0> stands for the hash of module 0.
type program struct {
	file, text string
	dir        string // where it is compiled: debug information names it
}

// Functions and variables of a C or C++ source that end with __0 are promoted: their
// names end with the hash of module 0. As in a ThinLTO backend, debug information
// keeps their names as they are in the source.
var promoted = regexp.MustCompile(`([@$])(\w+)__(\d)([.\w]*)`)

// programOf returns the IR of a C or C++ source.
func programOf(t *testing.T, file, source string, args ...string) program {
	t.Helper()
	dir := t.TempDir()
	ir := compiled(t, dir, file, source, slices.Concat(args, []string{"-S", "-emit-llvm"})...)
	return program{"a.ll", promoted.ReplaceAllString(string(ir), `$1"$2.llvm.<$3>$4"`), dir}
}

// object compiles the program. The hash of module i is numbers[i].
func (p program) object(t *testing.T, numbers []string, args ...string) []byte {
	t.Helper()
	var pairs []string
	for i, number := range numbers {
		pairs = append(pairs, fmt.Sprintf("<%d>", i), number)
	}
	text := strings.NewReplacer(pairs...).Replace(p.text)
	// Without the option, COFF objects hold the time.
	return compiled(t, p.dir, p.file, text, slices.Concat(args, []string{"-c", "-mno-incremental-linker-compatible"})...)
}

// compiled returns what clang makes of a source in a folder.
func compiled(t *testing.T, dir, file, source string, args ...string) []byte {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	clang := exec.Command("clang-22", slices.Concat(args, []string{"-w", file, "-o", "out.o"})...)
	clang.Dir = dir
	if said, err := clang.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return contents(t, filepath.Join(dir, "out.o"))
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// placeholder returns the number that stands for the hash of module i.
func placeholder(i int) string { return fmt.Sprint(17836401925500000000 + uint64(i)) }

// placeholders returns the placeholders for some modules' hashes, and those hashes by
// placeholder.
func placeholders(hashes []string) (numbers []string, names map[string]string) {
	names = map[string]string{}
	for i, hash := range hashes {
		numbers = append(numbers, placeholder(i))
		names[placeholder(i)] = hash
	}
	return numbers, names
}

// checkReplaced compiles a program with placeholders and with hashes. It fails if
// Replace doesn't make one object of the other. It returns that with hashes.
func checkReplaced(t *testing.T, p program, hashes []string, args ...string) []byte {
	t.Helper()
	numbers, names := placeholders(hashes)
	before, want := p.object(t, numbers, args...), p.object(t, hashes, args...)
	if !rename.Mentions(before, names) || rename.Mentions(want, names) {
		t.Fatal("the object has no placeholder")
	}
	checkReplacedObject(t, before, want, names)
	return want
}

func checkReplacedObject(t *testing.T, before, want []byte, names map[string]string) {
	t.Helper()
	got, err := rename.Replace(before, names)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes became %d, clang writes %d", len(before), len(got), len(want))
	}
}

// checkRefused compiles a program with placeholders. It fails if Replace accepts the
// object, or if the error doesn't have the given text.
func checkRefused(t *testing.T, p program, hashes []string, text string, args ...string) {
	t.Helper()
	numbers, names := placeholders(hashes)
	_, err := rename.Replace(p.object(t, numbers, args...), names)
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got the error %v, want %s", err, text)
	}
}
