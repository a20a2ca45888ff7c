//go:build e2e_bazel && linux

// Package bazel tests the rules with real Bazels, which scripts/bazel.sh runs:
// 7 in bzlmod mode and 4 in WORKSPACE mode. Run it with
//
//	scripts/e2e-bazel.sh
//
// What is built where is read off thinrex's summary of each link, and off
// Bazel's of each build; -v shows them.
package bazel

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

const repository = "../.."

var (
	scratch string   // what is built once for all tests
	bazels  []string // which of bazel.sh's to run
)

func TestMain(m *testing.M) {
	bazels = strings.Fields(os.Getenv("THINREX_E2E_BAZELS"))
	if len(bazels) == 0 {
		bazels = []string{"7", "4"}
	}
	// What the caller has configured for thinrex or Go's builds must not decide a test.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "THINREX_") && !strings.HasPrefix(name, "THINREX_BAZEL_") || name == "MAKEFLAGS" {
			os.Unsetenv(name)
		}
	}
	dir, err := os.MkdirTemp("", "thinrex-e2e-bazel-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := removeAll(dir); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

// removeAll removes a folder, with what Bazel has made read-only in it.
func removeAll(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// workerClasses builds the remote worker.
var workerClasses = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "classes")
	return dir, build(repository+"/scripts/remote-worker.sh", "build", dir)
})

// thinrexProgram builds thinrex, as a program that runs under any libc.
var thinrexProgram = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "thinrex")
	return path, build("env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-buildvcs=false", "-o", path, repository+"/go/cmd/thinrex")
})

func build(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+scratch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", cmd, err), errors.New(string(out)))
	}
	return nil
}

// built returns what a builder made, or ends the test.
func built(t *testing.T, builder func() (string, error)) string {
	t.Helper()
	path, err := builder()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
