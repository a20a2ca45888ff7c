//go:build linux

package clang

import (
	"os"
	"syscall"
	"testing"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/quick"
)

const clang = "/usr/bin/clang-22"

func options(t *testing.T) ResolveOptions {
	quick.Skip(t, "runs clang")
	return ResolveOptions{
		Dir:      t.TempDir(),
		Env:      []string{"PATH=/usr/bin:/bin"},
		Files:    filedigest.Open("", digest.SHA256),
		StateDir: t.TempDir(),
	}
}

func mustResolve(t *testing.T, compiler string, o ResolveOptions) *Compiler {
	t.Helper()
	tc, err := Resolve(t.Context(), compiler, o)
	if err != nil {
		t.Fatal(err)
	}
	return tc
}

// write makes a file that can be run at once: a process that a parallel test
// forks while it is open for writing would hold it open for a moment, and
// running it would fail as "text file busy".
func write(t *testing.T, path, content string, mode os.FileMode) string {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func physical(t *testing.T) string {
	t.Helper()
	dir, err := syscall.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
