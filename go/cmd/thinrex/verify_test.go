//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/report"
)

// entries returns the files of the Action Cache that are results of links.
func (s *site) entries() (paths []string) {
	s.t.Helper()
	all, err := filepath.Glob(s.path("cache/ac/*/*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range all {
		data, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(data), "m.native.o") {
			paths = append(paths, path)
		}
	}
	return paths
}

// forge replaces a result of a link by another one, which is as sound, and returns its key.
func (s *site) forge() (key string) {
	s.t.Helper()
	paths := s.entries()
	data, err := os.ReadFile(paths[0])
	if err == nil {
		err = os.WriteFile(paths[1], data, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return filepath.Base(paths[1])
}

// A result that was replaced by that of another job is found by a link with --verify_hits,
// and the program is right.
func TestVerifyHits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.link()
	key := s.forge()
	if _, _, err := s.tryLink(); err != nil {
		s.t.Log(err) // two objects may define the same symbols
	}
	s.with("VERIFY_HITS=100")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})
	wantPrinted(t, printed, "the entry "+key)
	if got.Verified != every || got.WrongHits != 1 {
		t.Errorf("%+v", got)
	}
	got, printed = s.link()
	wantSummary(t, got, report.Summary{Hits: every})
	wantPrinted(t, printed, "")
	s.nothingLeft()
}

// Hits by the keys of slices are verified, too. A wrong whole entry that may come from a
// sliced one costs that, too.
func TestVerifySlicedHits(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.link()
	s.edit()
	s.with("VERIFY_HITS=100")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})
	wantSliced(t, got, 1, 1)
	wantPrinted(t, printed, "")
	if got.Verified != every-1 || got.WrongHits != 0 {
		t.Errorf("%+v", got)
	}
	before := s.entries()
	data, err := os.ReadFile(before[0])
	for _, path := range before { // all are one job's now
		if err == nil {
			err = os.WriteFile(path, data, 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	got, _ = s.link()
	if got.WrongHits != every-1 || got.Verified != every {
		t.Errorf("%+v", got)
	}
	s.with("VERIFY_HITS=0")
	s.edit()
	got, _ = s.link() // nothing wrong is left under the key of slices either
	wantSummary(t, got, report.Summary{Local: 2, Hits: every - 2})
	s.nothingLeft()
}
