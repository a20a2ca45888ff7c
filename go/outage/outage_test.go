package outage

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	tryingAgain = " the remote cache, going on without, and trying it again once a minute: "
	cantUse     = "can't use" + tryingAgain + "connection refused"
	cantWrite   = "can't write to" + tryingAgain + "no space left on device"
)

// One process of a build waits for a dead service and warns; the others go on without.
// After a minute one tries it again, and when it is back all use it.
func TestOutage(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	s.set(func(s *service) { s.down = errDown })
	b.compile("1")
	if got := b.warned(); !slices.Equal(got, []string{cantUse}) {
		t.Errorf("warned: %q", got)
	}
	s.counts()
	for range 3 {
		b.compile("2")
	}
	if got, warned := s.counts(), b.warned(); got != "0 dials, 0 lookups, 0 stores" || len(warned) > 0 {
		t.Errorf("in the outage: %s, %q", got, warned)
	}

	b.age(Lasts + time.Second)
	b.compile("3")
	b.compile("4")
	if got, warned := s.counts(), b.warned(); got != "1 dials, 0 lookups, 0 stores" || len(warned) > 0 {
		t.Errorf("after a minute: %s, %q", got, warned)
	}

	b.age(Lasts + time.Second)
	s.set(func(s *service) { s.down = nil })
	if found, stored := b.compile("5"); found || !stored {
		t.Errorf("when it is back: found %v, stored %v", found, stored)
	}
	if found, stored := b.compile("5"); !found || !stored || len(b.files()) > 0 {
		t.Errorf("later: found %v, stored %v, %q", found, stored, b.files())
	}
	if s.open != 0 {
		t.Errorf("%d connections are open", s.open)
	}
}

// The next build is warned anew.
func TestNextBuildIsWarned(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	s.set(func(s *service) { s.down = errDown })
	for _, tc := range []struct {
		age    time.Duration
		warned int
	}{{0, 1}, {SameBuild - time.Second, 0}, {SameBuild + time.Second, 1}, {Lasts + time.Second, 0}} {
		if tc.age > 0 {
			b.age(tc.age)
		}
		if b.compile("m"); len(b.warned()) != tc.warned {
			t.Errorf("%v after the last try: want %d warnings", tc.age, tc.warned)
		}
	}
}

// A clock that was set back doesn't make an outage last.
func TestClockSetBack(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	s.set(func(s *service) { s.down = errDown })
	b.compile("1")
	s.set(func(s *service) { s.down = nil })
	b.age(-time.Hour) // the file is from the future
	if _, stored := b.compile("2"); !stored || len(b.files()) > 0 {
		t.Errorf("stored: %v, %q", stored, b.files())
	}
}

// A service that takes nothing is still read.
func TestFullService(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	if _, stored := b.compile("old"); !stored {
		t.Fatal("not stored")
	}
	s.set(func(s *service) { s.onStore = errFull })
	b.compile("1")
	if got := b.warned(); !slices.Equal(got, []string{cantWrite}) {
		t.Errorf("warned: %q", got)
	}
	s.counts()
	found, stored := b.compile("old")
	if got := s.counts(); !found || stored || got != "1 dials, 1 lookups, 0 stores" || len(b.warned()) > 0 {
		t.Errorf("found %v, stored %v: %s", found, stored, got)
	}
	b.age(Lasts + time.Second)
	s.set(func(s *service) { s.onStore = nil })
	if _, stored := b.compile("2"); !stored || len(b.files()) > 0 {
		t.Errorf("after a minute: stored %v, %q", stored, b.files())
	}
}

// What a compilation stores belongs together: if a store is skipped, so are all later
// ones of the process, though others may store by then.
func TestStoresBelongTogether(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	s.set(func(s *service) { s.onStore = errFull })
	b.compile("1")
	s.set(func(s *service) { s.onStore = nil })
	b.process(func(c *Cache) {
		first := c.Store(t.Context(), newAction("2"), newResult("2"))
		b.age(Lasts + time.Second)
		second := c.Store(t.Context(), newAction("3"), newResult("3"))
		if !errors.Is(first, ErrSkipped) || !errors.Is(second, ErrSkipped) {
			t.Errorf("%v, %v", first, second)
		}
	})
}

// One call that fails is no outage as long as the service answers.
func TestHiccupIsNoOutage(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	s.set(func(s *service) { s.onLookup, s.onStore = errHiccup, errHiccup })
	b.compile("1")
	s.set(func(s *service) { s.onLookup, s.onStore = nil, nil })
	if _, stored := b.compile("2"); !stored || len(b.warned()) > 0 || len(b.files()) > 0 {
		t.Errorf("stored: %v, %q", stored, b.files())
	}
}

// A service that goes down between two calls has an outage, of which one process tells
// once.
func TestServiceGoesDown(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	b.process(func(c *Cache) {
		if _, err := c.Lookup(t.Context(), newAction("1")); err != nil {
			t.Error(err)
		}
		s.set(func(s *service) { s.down = errDown })
		for range 3 {
			if err := c.Store(t.Context(), newAction("1"), newResult("1")); !errors.Is(err, errDown) {
				t.Errorf("stored: %v", err)
			}
		}
	})
	if got := b.warned(); len(got) != 1 || !strings.HasPrefix(got[0], "can't write to the remote cache") {
		t.Errorf("warned: %q", got)
	}
}

// A compilation that is stopped says nothing about the service.
func TestStoppedIsNoOutage(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	c := New(ctx, b.options)
	if !c.Usable() {
		t.Fatal("not usable")
	}
	cancel()
	if _, err := c.Lookup(ctx, newAction("1")); err == nil {
		t.Error("looked up")
	}
	if err := c.Store(ctx, newAction("1"), newResult("1")); err == nil {
		t.Error("stored")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if New(ctx, b.options).Usable() {
		t.Error("usable after the end")
	}
	if warned := b.warned(); len(warned) > 0 || len(b.files()) > 0 {
		t.Errorf("warned %q, %q", warned, b.files())
	}
}

// A silent service is waited for as long as Patience says.
func TestSilentService(t *testing.T) {
	b := newBuild(t, newService(t))
	b.options.Patience = time.Millisecond
	b.options.Dial = func() (Service, error) { return silent{}, nil }
	b.compile("1")
	if got := b.warned(); len(got) != 1 || !strings.HasSuffix(got[0], ": no answer within 1ms") {
		t.Errorf("warned: %q", got)
	}
}

type silent struct{ Service }

func (silent) Ready(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func (silent) Close() error { return nil }
