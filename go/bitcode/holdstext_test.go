package bitcode_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
)

// What clang puts into a module is found, however it is packed.
func TestHolds(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	for _, name := range []string{"some-folder/job-17", "job.llvm.178364019255000"} {
		t.Run(name, func(t *testing.T) { testHolds(t, name) })
	}
}

func testHolds(t *testing.T, name string) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(name, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ source, in string }{
		{"char s[] = NAME;", "a.c"},                                // a constant, of seven bits
		{"char s[] = \"\\xff\" NAME;", "a.c"},                      // of eight
		{"char s[] = \"1\" NAME; char x[] = \"123\" NAME;", "a.c"}, // elsewhere between bytes
		{"int f(void) { asm volatile(\"# \" NAME); return 1; }", "a.c"},
		{"int f(void) { asm volatile(NAME); return 1; }", "a.c"},
		{"int s __attribute__((section(NAME)));", "a.c"},
		{"__attribute__((annotate(NAME))) int s;", "a.c"},
		{"int f(void) __asm__(NAME); int g(void) { return f(); }", "a.c"}, // in the table of strings
		{"int x;", name + "/a.c"},                                         // the source
	} {
		if err := os.WriteFile(test.in, []byte(test.source), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"-flto=thin", "-O1", "-c", test.in, "-o", "a.o", "-DNAME=\"" + name + "\""}
		if out, err := exec.Command("clang-22", args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", test.source, err, out)
		}
		data, err := os.ReadFile("a.o")
		if err != nil {
			t.Fatal(err)
		}
		if !bitcode.Holds(data, name) {
			t.Errorf("%q: not found", test.source)
		}
		if other := strings.Replace(name, "job", "jab", 1); bitcode.Holds(data, other) {
			t.Errorf("%q: holds %s", test.source, other)
		}
	}
}

func TestHoldsNothing(t *testing.T) {
	for _, data := range []string{"", "j", "job", "job-1 job-2"} {
		if bitcode.Holds([]byte(data), "thinrex-work-1/job-3") {
			t.Errorf("%q", data)
		}
	}
	if bitcode.Holds([]byte("anything"), "") {
		t.Error("holds nothing")
	}
}
