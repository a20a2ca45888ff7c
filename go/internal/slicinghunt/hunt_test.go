//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"thinrex/go/internal/quick"
	"thinrex/go/link/slice"
)

// lld starts this test binary as its distributor, and thinrex as its slicer.
func TestMain(m *testing.M) {
	if dir, ok := comparing(os.Args); ok {
		os.Exit(distribute(dir, os.Args[len(os.Args)-1]))
	}
	if len(os.Args) == 5 && os.Args[1] == forgetfulFlag {
		os.Exit(sliceForgetfully(os.Args[2], os.Args[3], os.Args[4]))
	}
	os.Exit(m.Run())
}

// Some programs and edits; make slicing-hunt tries more of them.
func TestNoDifference(t *testing.T) {
	h := newHunt(t, buildThinrex(t))
	for seed := range uint64(2) {
		if err := h.program(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
	}
	if h.total.differences > 0 || h.total.failures > 0 || h.total.edits != 2*h.edits {
		t.Errorf("%v", &h.total)
	}
	if h.total.changed == 0 || h.total.whole < h.total.changed || h.total.sliced == 0 {
		t.Errorf("the edits changed nothing, or no job was run on slices: %v", &h.total)
	}
}

// The hunt notices a slicer that leaves out one of the functions that a job imports.
func TestFaultOfSlicerIsFound(t *testing.T) {
	thinrex := buildThinrex(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	slicer := filepath.Join(filepath.Dir(thinrex), "thinrex-slicer")
	sound := filepath.Join(filepath.Dir(thinrex), "sound-slicer")
	if err := os.Rename(slicer, sound); err != nil {
		t.Fatal(err)
	}
	printed, err := exec.Command("clang-22", "--version").Output()
	version := regexp.MustCompile(`version ([\d.]+)`).FindSubmatch(printed)
	if err != nil || version == nil {
		t.Fatalf("clang-22 --version prints %q, %v", printed, err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' %s '%s' %s \"$1\"\n", self, forgetfulFlag, sound, version[1])
	if err := os.WriteFile(slicer, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	h := newHunt(t, thinrex)
	for seed := uint64(1); h.total.differences == 0; seed++ {
		if err := h.program(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
		if seed == 10 {
			t.Fatalf("no difference is found: %v", &h.total)
		}
	}
}

const forgetfulFlag = "-forgetful"

// sliceForgetfully is a slicer that has another one cut, and asks it for less than it
// was asked for.
func sliceForgetfully(sound, version, library string) (exit int) {
	pool := slice.NewPool(slice.Options{Program: sound, Library: library, Processes: 1})
	defer pool.Close()
	forgetful := func(r slice.Request) ([]byte, error) {
		if len(r.Keep) > 1 {
			r.Keep = r.Keep[:len(r.Keep)-1]
		}
		return pool.Slice(context.Background(), r)
	}
	err := slice.Serve(os.Stdin, os.Stdout, func() (slice.Abilities, error) {
		return slice.Abilities{LLVM: version, Cut: forgetful}, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
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
	return filepath.Join(dir, "thinrex")
}
