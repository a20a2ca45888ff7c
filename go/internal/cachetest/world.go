package cachetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
)

// The names of outputs of the actions here.
const (
	objectName   = "m.native.o"
	optionalName = "m.opt.yaml"
)

// newAction returns an action that has an object and may have one more output.
func (s Suite) newAction(t *testing.T, name string) *action.Action {
	t.Helper()
	return s.seal(t, &action.Action{
		Subject: name + ".o",
		Args:    []string{"-c", name},
		Outputs: []action.Output{
			{Name: objectName, Path: name + ".native.o"},
			{Name: optionalName, Path: name + ".opt.yaml", Optional: true},
		},
	})
}

// newNote returns an action without outputs, as a compilation's manifest is: its result
// is what it prints.
func (s Suite) newNote(t *testing.T, name string) *action.Action {
	t.Helper()
	return s.seal(t, &action.Action{Subject: name, Args: []string{"note", name}})
}

func (s Suite) seal(t *testing.T, a *action.Action) *action.Action {
	t.Helper()
	if err := a.Seal(action.Spec{Function: s.Function, Program: []string{"clang"}}); err != nil {
		t.Fatal(err)
	}
	return a
}

// newResult returns a result with all kinds of blobs.
func newResult(content string) *action.Result {
	return &action.Result{
		Stdout: []byte("a note of " + content + "\n"),
		Stderr: bytes.Repeat([]byte("a warning of "+content+"\n"), 10_000), // too long to be part of the entry
		Outputs: []action.OutputFile{
			{Name: objectName, Data: reapitest.Object(content)},
			{Name: optionalName, Data: []byte("remarks of " + content)},
		},
		Began: time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC),
		Ran:   1500 * time.Millisecond,
	}
}

func store(t *testing.T, c action.Cache, a *action.Action, r *action.Result) {
	t.Helper()
	if err := c.Store(t.Context(), a, r); err != nil {
		t.Fatalf("store %s: %v", a.Subject, err)
	}
}

// wantFound checks that a cache has exactly this result of an action.
func wantFound(t *testing.T, c action.Cache, a *action.Action, want *action.Result) {
	t.Helper()
	got, err := c.Lookup(t.Context(), a)
	if err != nil || got == nil {
		t.Errorf("look up %s: %v, %v", a.Subject, got, err)
		return
	}
	defer got.Done()
	if diff := difference(want, got); diff != "" {
		t.Errorf("%s: %s", a.Subject, diff)
	}
}

// wantMiss checks that a cache has no result of an action, and can say so.
func wantMiss(t *testing.T, c action.Cache, a *action.Action) {
	t.Helper()
	got, err := c.Lookup(t.Context(), a)
	if err != nil || got != nil {
		t.Errorf("look up %s: %+v, %v, want nothing", a.Subject, got, err)
	}
	got.Done()
}

// wantNone checks that a cache hands out no result, though it may fail.
func wantNone(t *testing.T, c action.Cache, a *action.Action) {
	t.Helper()
	if got, err := c.Lookup(t.Context(), a); got != nil {
		t.Errorf("look up %s: %s, %v, want nothing", a.Subject, text(got), err)
		got.Done()
	}
}

// difference says in what a result isn't as it was stored. It ignores how the result
// was found.
func difference(want, got *action.Result) string {
	return cmp.Diff(want, got, cmp.Comparer(bytes.Equal),
		cmpopts.IgnoreFields(action.Result{}, "Message", "Cached", "Release"))
}

func text(r *action.Result) string {
	return fmt.Sprintf("exit code %d, %d outputs, %d and %d bytes of messages",
		r.ExitCode, len(r.Outputs), len(r.Stdout), len(r.Stderr))
}
