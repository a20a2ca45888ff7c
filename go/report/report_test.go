package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSummaryFile(t *testing.T) {
	s := Summary{Version: "v1", LinkerOutput: "lua", Jobs: 33, Hits: 30, Local: 3, WallSeconds: 1.24}
	if got := s.Line(); got != "33 jobs: 30 hits, 3 local, 0 remote, 0 failed; 1.2s" {
		t.Errorf("Line = %q", got)
	}
	path := filepath.Join(t.TempDir(), "summary.json")
	if err := s.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var back Summary
	if err := json.Unmarshal(data, &back); err != nil || back != s {
		t.Errorf("%s: %+v, %v", data, back, err)
	}
	if !strings.Contains(string(data), `"jobs":33,"hits":30,"local":3,"remote":0,"failed":0,`) {
		t.Errorf("%s", data)
	}
}

// On a file no progress line is drawn, and a warning is printed once.
func TestFileHasNoProgressLine(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	quiet := NewTerminal(f, false)
	quiet.Progress(1, 2, "o/a.o")
	quiet.Verbose("%d", 1)
	quiet.Messages(nil)
	quiet.Done()
	quiet.Messages([]byte("error: verbatim"))
	quiet.WarnOnce("key", "one %d", 1)
	quiet.WarnOnce("key", "one %d", 2)
	NewTerminal(f, true).Verbose("%s", "details")
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if want := "error: verbatim\nthinrex: warning: one 1\nthinrex: details\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Like "2>/dev/null" in a shell: a device, but nobody sees a progress line.
func TestNullDeviceIsNoTerminal(t *testing.T) {
	f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if NewTerminal(f, false).IsWatched() {
		t.Error("a progress line would be drawn on it")
	}
}

// On a terminal there is one progress line, erased before anything else is printed
// and at the end.
func TestProgress(t *testing.T) {
	var b strings.Builder
	term := &Terminal{out: &b, progress: true, warned: map[string]bool{}}
	begun := time.Now()
	term.Progress(3, 10, "o/lapi.o")
	if term.drawn.Before(begun) {
		t.Errorf("drawn at %v, not after %v", term.drawn, begun)
	}
	term.drawn = time.Now().Add(time.Hour) // however slow we are, the next is too soon to be drawn
	term.Progress(4, 10, "o/lgc.o")
	term.drawn = time.Now().Add(-redraw)
	term.Progress(5, 10, "o/lvm.o")
	term.Print("failed")
	term.Done()
	const erase = "\r\x1b[K"
	want := erase + "[3/10] ThinLTO backend lapi.o" + erase + "[5/10] ThinLTO backend lvm.o" + erase + "thinrex: failed\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
