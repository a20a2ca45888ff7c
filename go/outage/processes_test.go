package outage

import (
	"sync"
	"testing"
)

// Processes that fail at the same time warn once, and a state folder that can't be
// written doesn't keep any from going on.
func TestManyProcesses(t *testing.T) {
	s := newService(t)
	s.set(func(s *service) { s.down = errDown })
	for stateDir, want := range map[string]int{t.TempDir(): 1, "": 8, "/proc/thinrex": 8} {
		b := newBuild(t, s)
		b.options.StateDir = stateDir
		var connected, all sync.WaitGroup
		connected.Add(8)
		b.options.Dial = func() (Service, error) {
			connected.Done()
			connected.Wait() // each has found no outage before
			return s.dial()
		}
		for range 8 {
			all.Go(func() { b.compile("m") })
		}
		all.Wait()
		if got := b.warned(); len(got) != want {
			t.Errorf("in %q: %d warnings, want %d: %q", stateDir, len(got), want, got)
		}
	}
}

// Many calls at once of one process connect once.
func TestConnectsOnce(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	b.process(func(c *Cache) {
		if s.counts() != "0 dials, 0 lookups, 0 stores" {
			t.Error("connected before it was used")
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := c.Lookup(t.Context(), newAction("1")); err != nil || !c.Usable() {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
	if got := s.counts(); got != "1 dials, 8 lookups, 0 stores" {
		t.Error(got)
	}
}
