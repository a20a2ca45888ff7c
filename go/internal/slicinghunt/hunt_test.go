//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"thinrex/go/internal/quick"
)

// lld starts this test binary as its distributor.
func TestMain(m *testing.M) {
	if dir, ok := comparing(os.Args); ok {
		os.Exit(distribute(dir, os.Args[len(os.Args)-1]))
	}
	os.Exit(m.Run())
}

// Some programs and edits; make slicing-hunt tries more of them.
func TestNoDifference(t *testing.T) {
	h := newHunt(t, buildThinrex(t))
	for seed := range uint64(3) {
		if err := h.program(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
	}
	if h.total.differences > 0 || h.total.failures > 0 || h.total.edits != 3*h.edits {
		t.Errorf("%v", &h.total)
	}
	if h.total.whole == 0 || h.total.changed == 0 || h.total.objects < h.total.whole {
		t.Errorf("the edits changed nothing: %v", &h.total)
	}
}

// The hunt notices when an object differs in one byte.
func TestDifferenceIsFound(t *testing.T) {
	thinrex := buildThinrex(t)
	wrong := filepath.Join(t.TempDir(), "thinrex")
	script := fmt.Sprintf(`#!/bin/sh -e
'%s' "$@"
case $1 in --slicing=auto)
  for object in *.native.o; do printf x >>"$object"; break; done
esac
`, thinrex)
	if err := os.WriteFile(wrong, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	h := newHunt(t, wrong)
	if err := h.program(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if h.total.differences != 1 || h.total.edits > 0 {
		t.Errorf("%v", &h.total)
	}
}

// The hunt counts programs that can't be linked.
func TestFailureIsCounted(t *testing.T) {
	h := newHunt(t, "/bin/false")
	if err := h.program(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if h.total.failures != 1 {
		t.Errorf("%v", &h.total)
	}
}

func newHunt(t *testing.T, thinrex string) *hunt {
	h := &hunt{edits: 2, dir: t.TempDir(), thinrex: thinrex}
	var err error
	if h.self, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	return h
}

// buildThinrex builds thinrex and the program that cuts for it.
func buildThinrex(t *testing.T) string {
	t.Helper()
	quick.Skip(t, "compiles and links programs")
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-o", dir+"/", "thinrex/go/cmd/...")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// TODO: thinrex has no --slicing yet.
	script := fmt.Sprintf("#!/bin/sh\nshift\nexec '%s' \"$@\"\n", filepath.Join(dir, "thinrex"))
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "script")
}
