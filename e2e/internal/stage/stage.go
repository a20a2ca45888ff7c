//go:build linux

// Package stage prepares end-to-end tests: a scratch folder, thinrex and Bazel's
// remote worker, each built once for all tests, and workers that end with their test.
package stage

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

// A Stage is set up for all tests of a package.
type Stage struct {
	Scratch string // a folder for what tests leave

	scripts string // of this repository
	thinrex func() (string, error)
	classes func() (string, error)
}

// Open sets a stage for tests that run in a folder of this repository, whose
// root is at repository. Run ends it.
func Open(repository string) (*Stage, error) {
	scratch, err := os.MkdirTemp("", "thinrex-e2e-")
	if err != nil {
		return nil, err
	}
	s := &Stage{Scratch: scratch, scripts: filepath.Join(repository, "scripts")}
	s.thinrex = sync.OnceValues(func() (string, error) {
		dir := filepath.Join(scratch, "bin")
		// Programs that run under any libc: Bazel 7's root has another than this machine.
		build := func(args ...string) error {
			args = append([]string{"CGO_ENABLED=0", "go", "build", "-trimpath", "-buildvcs=false"}, args...)
			return s.make("env", args...)
		}
		front, slicer := filepath.Join(repository, "go/cmd/thinrex"), filepath.Join(repository, "go/cmd/thinrex-slicer")
		return filepath.Join(dir, "thinrex"), errors.Join(
			build("-tags", "front", "-o", filepath.Join(dir, "thinrex"), front),
			build("-o", filepath.Join(dir, "thinrex-full"), front),
			build("-o", dir+"/", slicer),
		)
	})
	s.classes = sync.OnceValues(func() (string, error) {
		dir := filepath.Join(scratch, "classes")
		return dir, s.make(s.workerScript(), "build", dir)
	})
	return s, nil
}

func (s *Stage) workerScript() string { return filepath.Join(s.scripts, "remote-worker.sh") }

// make runs a command that makes something in the scratch folder.
func (s *Stage) make(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+s.Scratch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", cmd, err), errors.New(string(out)))
	}
	return nil
}

// Thinrex returns the path of the program, which has thinrex-full and thinrex-slicer beside it.
func (s *Stage) Thinrex(t testing.TB) string {
	t.Helper()
	return made(t, s.thinrex)
}

func made(t testing.TB, maker func() (string, error)) string {
	t.Helper()
	path, err := maker()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Run runs a package's tests, sees to it that they leave no goroutine, removes
// the scratch folder and exits.
func (s *Stage) Run(m *testing.M) {
	// What the caller has configured for make or thinrex must not decide a test.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "THINREX_") && !strings.HasPrefix(name, "THINREX_BAZEL_") || name == "MAKEFLAGS" ||
			name == "MFLAGS" {
			os.Unsetenv(name)
		}
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := RemoveAll(s.Scratch); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

// RemoveAll removes a folder, with what Bazel has made read-only in it.
func RemoveAll(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
