package store

import (
	"testing"

	"thinrex/go/digest"
	"thinrex/go/internal/cachetest"
)

func TestConformance(t *testing.T) {
	for _, function := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		t.Run(function.String(), func(t *testing.T) {
			open := func(t *testing.T) cachetest.Fixture { return newFixture(t, function) }
			cachetest.Suite{Function: function, Open: open}.Run(t)
		})
	}
}

// newFixture opens a folder twice, as two processes do.
func newFixture(t *testing.T, function digest.Function) cachetest.Fixture {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(dir, function)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(dir, function)
	if err != nil {
		t.Fatal(err)
	}
	f := cachetest.OnDisk(t, s.dir)
	f.Cache, f.Other = s, other
	return f
}
