//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A tally counts what a hunt has seen.
type tally struct {
	programs, edits, objects, differences, failures int

	// After edits only: jobs that ran without and with slicing, and objects that
	// differ from those before the edit.
	whole, part, changed int

	sliced int // jobs whose objects come from slices
}

func (t *tally) String() string {
	return fmt.Sprintf("%d programs, %d edits, %d objects compared, %d of them from slices, %d differ, "+
		"%d programs failed; after edits %d jobs ran without slicing, %d with it, and %d objects were new",
		t.programs, t.edits, t.objects, t.sliced, t.differences, t.failures, t.whole, t.part, t.changed)
}

// note counts one state of a program, and reports its differences.
func (h *hunt) note(s state, c *comparison, changed int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total.objects += len(c.Modules)
	h.total.differences += len(c.Different)
	h.total.sliced += c.Part.Sliced
	if s.edit == 0 {
		h.total.programs++
	} else {
		h.total.edits++
		h.total.whole += c.Whole.Local
		h.total.part += c.Part.Local
		h.total.changed += changed
	}
	if h.verbose {
		fmt.Printf("%v: %d jobs, %d run without slicing, %d with it, %d objects new\n",
			s, len(c.Modules), c.Whole.Local, c.Part.Local, changed)
	}
	if len(c.Different) > 0 {
		fmt.Printf("DIFFERENT: %v: %s; again: %s\n", s, strings.Join(c.Different, ", "), s.again())
	}
}

// failed counts and reports a program that can't be compiled, linked or run.
func (h *hunt) failed(s state, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total.failures++
	fmt.Printf("FAILED: %v: %v\nagain: %s\n", s, err, s.again())
}

// keepTrial copies a program with a difference.
func (h *hunt) keepTrial(t *trial, seed uint64) error {
	if h.keep == "" {
		return nil
	}
	kept := filepath.Join(h.keep, fmt.Sprint(seed))
	if err := os.RemoveAll(kept); err != nil {
		return err
	}
	return os.CopyFS(kept, os.DirFS(t.dir))
}
