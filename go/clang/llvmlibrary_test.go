package clang

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/quick"
)

// The library with LLVM's code is found behind any name of the compiler, and when the
// compiler is remembered. A compiler that has the code in itself has none.
func TestLLVMLibrary(t *testing.T) {
	quick.Skip(t, "runs clang")
	o := ResolveOptions{
		Dir:      t.TempDir(),
		Env:      os.Environ(),
		Files:    filedigest.Open("", digest.SHA256),
		StateDir: t.TempDir(),
	}
	for range 2 {
		c, err := Resolve(t.Context(), "clang-22", o)
		if err != nil {
			t.Fatal(err)
		}
		path, err := c.LLVMLibrary(o)
		if err != nil || !strings.HasPrefix(filepath.Base(path), "libLLVM.so.22") {
			t.Errorf("%q, %v", path, err)
		}
	}
	c, err := Resolve(t.Context(), "clang-22", o)
	if err != nil {
		t.Fatal(err)
	}
	version, err := c.LLVMVersion(t.Context(), o)
	if err != nil || !regexp.MustCompile(`^22\.1\.\d+$`).MatchString(version) {
		t.Errorf("version %q, %v", version, err)
	}
	shell, err := filepath.EvalSymlinks("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*Compiler{{frontend: shell}, {}} {
		if path, err := c.LLVMLibrary(o); path != "" || err != nil {
			t.Errorf("%q: %q, %v", c.frontend, path, err)
		}
	}
}
