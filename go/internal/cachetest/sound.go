package cachetest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
)

func missIsNil(t *testing.T, s Suite) {
	f := s.Open(t)
	for _, c := range []action.Cache{f.Cache, f.Other} {
		wantMiss(t, c, s.newAction(t, "absent"))
		wantMiss(t, c, s.newNote(t, "absent"))
	}
}

// storedIsFound stores results of all shapes: each is found with all outputs and
// messages, by this process and another.
func storedIsFound(t *testing.T, s Suite) {
	f := s.Open(t)
	binary := slices.Concat(reapitest.Object("binary"), bytes.Repeat([]byte{0, 0xff, '\n'}, 1<<20))
	twice := newResult("twice")
	twice.Outputs[1].Data = twice.Outputs[0].Data // one blob
	for name, want := range map[string]*action.Result{
		"all kinds of blobs":      newResult("m"),
		"no messages":             {Outputs: newResult("quiet").Outputs},
		"without the optional":    {Outputs: newResult("bare").Outputs[:1], Stderr: []byte("warning")},
		"an empty output":         {Outputs: []action.OutputFile{newResult("empty").Outputs[0], {Name: optionalName}}},
		"large and binary":        {Outputs: []action.OutputFile{{Name: objectName, Data: binary}}},
		"two outputs of one blob": twice,
	} {
		a := s.newAction(t, name)
		store(t, f.Cache, a, want)
		wantFound(t, f.Cache, a, want)
		wantFound(t, f.Other, a, want)
	}
	note, printed := s.newNote(t, "note"), &action.Result{Stdout: []byte("a manifest")}
	store(t, f.Cache, note, printed)
	wantFound(t, f.Other, note, printed)
}

func anotherActionIsntFound(t *testing.T, s Suite) {
	f, a := s.Open(t), s.newAction(t, "m")
	store(t, f.Cache, a, newResult("m"))
	wantMiss(t, f.Cache, s.newAction(t, "another"))
	wantMiss(t, f.Other, s.newAction(t, "another"))
	wantFound(t, f.Other, a, newResult("m"))
}

// lastResultIsFound: a result that is stored again, as it was mended, takes the place
// of the first.
func lastResultIsFound(t *testing.T, s Suite) {
	f, a := s.Open(t), s.newNote(t, "manifest")
	for i := range 3 {
		want := &action.Result{Stdout: fmt.Appendf(nil, "manifest %d", i)}
		store(t, f.Cache, a, want)
		wantFound(t, f.Cache, a, want)
		wantFound(t, f.Other, a, want)
	}
}

// many is how many do the same at once.
const many = 16

// manyStoreOneAction: while it is stored and looked up by many, the result is there in
// whole or not at all.
func manyStoreOneAction(t *testing.T, s Suite) {
	f, a, want := s.Open(t), s.newAction(t, "m"), newResult("m")
	var all sync.WaitGroup
	for i := range many {
		c := []action.Cache{f.Cache, f.Other}[i%2]
		all.Go(func() {
			if err := c.Store(t.Context(), a, newResult("m")); err != nil {
				t.Errorf("store: %v", err)
			}
		})
		all.Go(func() {
			got, err := c.Lookup(t.Context(), a)
			if err != nil {
				t.Errorf("look up: %v", err)
			}
			if got != nil {
				if diff := difference(want, got); diff != "" {
					t.Error(diff)
				}
				got.Done()
			}
		})
	}
	all.Wait()
	wantFound(t, f.Cache, a, want)
	wantFound(t, f.Other, a, want)
}

func manyStoreManyActions(t *testing.T, s Suite) {
	f := s.Open(t)
	actions := make([]*action.Action, many)
	for i := range actions {
		actions[i] = s.newAction(t, fmt.Sprint(i))
	}
	var all sync.WaitGroup
	for i, a := range actions {
		all.Go(func() {
			want := newResult(fmt.Sprint(i % (many / 2))) // two have equal blobs
			if err := f.Cache.Store(t.Context(), a, want); err != nil {
				t.Errorf("store %s: %v", a.Subject, err)
				return
			}
			wantFound(t, f.Other, a, want)
		})
	}
	all.Wait()
}

// endedContext: a caller that gives up gets an error or the right answer, and the cache
// is as good as before.
func endedContext(t *testing.T, s Suite) {
	f, a, want := s.Open(t), s.newAction(t, "m"), newResult("m")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	lookup := func() {
		t.Helper()
		got, err := f.Cache.Lookup(ctx, a)
		if err == nil && got != nil {
			if diff := difference(want, got); diff != "" {
				t.Error(diff)
			}
		}
		got.Done()
	}
	lookup()
	stored := f.Cache.Store(ctx, a, want) == nil
	if got, err := f.Other.Lookup(t.Context(), a); err != nil || stored && got == nil {
		t.Errorf("stored without an error: %v; looked up: %v, %v", stored, got, err)
	} else {
		got.Done()
	}
	store(t, f.Cache, a, want)
	lookup()
	wantFound(t, f.Cache, a, want)
	wantFound(t, f.Other, a, want)
}

// callersMayChange: what a caller does to a result that it has found changes none that
// is found later.
func callersMayChange(t *testing.T, s Suite) {
	f, a, want := s.Open(t), s.newAction(t, "m"), newResult("m")
	store(t, f.Cache, a, newResult("m"))
	got, err := f.Cache.Lookup(t.Context(), a)
	if err != nil || got == nil {
		t.Fatalf("%v, %v", got, err)
	}
	for _, data := range [][]byte{got.Stdout, got.Stderr, got.Outputs[0].Data, got.Outputs[1].Data} {
		clear(data)
	}
	got.Done()
	wantFound(t, f.Cache, a, want)
	wantFound(t, f.Other, a, want)
}
