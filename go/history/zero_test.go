package history_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"thinrex/go/history"
)

// Totals begin where they were told last, and nothing else is changed.
func TestCountFrom(t *testing.T) {
	state := t.TempDir()
	h := history.In(state)
	if at, ok := h.CountedFrom(); ok {
		t.Errorf("at first: %v", at)
	}
	began := time.Now()
	if err := h.AddLink(history.Link{Started: began}, nil); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{began.Add(time.Nanosecond), began.Add(time.Hour)} {
		if err := h.CountFrom(at); err != nil {
			t.Fatal(err)
		}
		if got, ok := h.CountedFrom(); !ok || !got.Equal(at) {
			t.Errorf("%v, %v, want %v", got, ok, at)
		}
	}
	if links, _, err := h.Links(time.Time{}); err != nil || len(links) != 1 {
		t.Errorf("%v, %v", links, err)
	}
	if err := os.WriteFile(filepath.Join(state, "history", "counted-from"), []byte("torn"), 0o644); err != nil {
		t.Fatal(err)
	}
	if at, ok := h.CountedFrom(); ok {
		t.Errorf("of a damaged file: %v", at)
	}
	if err := history.In("").CountFrom(began); err == nil {
		t.Error("no error without a history")
	}
}
