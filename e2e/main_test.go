//go:build e2e && linux

// Package e2e tests thinrex against a real Remote Execution service: Bazel's
// own remote worker, which scripts/remote-worker.sh makes from Debian's
// packages. Run it with
//
//	go test -tags e2e ./e2e/...
//
// Of what the worker does, the tests assert only what thinrex relies on; -v
// shows the rest.
package e2e

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

// scratch holds what is built once for all tests.
var scratch string

func TestMain(m *testing.M) {
	// What the caller has configured for make or thinrex must not decide a test.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "THINREX_") || name == "MAKEFLAGS" || name == "MFLAGS" {
			os.Unsetenv(name)
		}
	}
	dir, err := os.MkdirTemp("", "thinrex-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := os.RemoveAll(dir); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

// workerClasses builds the worker.
var workerClasses = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "classes")
	return dir, build("../scripts/remote-worker.sh", "build", dir)
})

// thinrexProgram builds thinrex.
var thinrexProgram = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "thinrex")
	return path, build("go", "build", "-o", path, "../go/cmd/thinrex")
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
