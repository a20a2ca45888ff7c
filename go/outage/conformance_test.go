package outage

import (
	"testing"

	"thinrex/go/digest"
	"thinrex/go/internal/cachetest"
	"thinrex/go/store"
)

// With a service that works, a Cache is one like any other.
func TestConformance(t *testing.T) {
	cachetest.Suite{Function: digest.SHA256, Open: newFixture}.Run(t)
}

// newFixture puts two caches before one store.
func newFixture(t *testing.T) cachetest.Fixture {
	t.Helper()
	dir := t.TempDir()
	content, err := store.Open(dir, digest.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuild(t, &service{content: content})
	cache, other := New(t.Context(), b.options), New(t.Context(), b.options)
	t.Cleanup(func() {
		if cache.Close() != nil || other.Close() != nil || len(b.warned()) > 0 {
			t.Error("an outage of a service that works")
		}
	})
	f := cachetest.OnDisk(t, dir)
	f.Cache, f.Other = cache, other
	return f
}
