package report

import (
	"encoding/json"
	"io"
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
	quiet.ShowProgress(nil)()
	quiet.Verbose("%d", 1)
	quiet.Messages(nil)
	quiet.Conclude(Summary{WallSeconds: 100})
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

// The line names what there is.
func TestProgressLine(t *testing.T) {
	for want, p := range map[string]Progress{
		"[212/274] 180 hits · 20 remote · 12 local · 0:14": {
			Done: 212, All: 274, Hits: 180, Remote: 20, Local: 12, Elapsed: 14900 * time.Millisecond,
		},
		"[0/3] 0 hits · 0:00":             {All: 3},
		"[2/3] 0 hits · 2 failed · 61:01": {Done: 2, All: 3, Failed: 2, Elapsed: 61*time.Minute + time.Second},
	} {
		if p.String() != want {
			t.Errorf("%q, want %q", p, want)
		}
	}
}

// On a terminal there is one progress line, erased before anything else is printed
// and at the end.
func TestProgress(t *testing.T) {
	var b strings.Builder
	term := &Terminal{out: &b, watched: true, mode: ProgressAuto, warned: map[string]bool{}}
	stop := term.every(time.Hour, nil)
	term.draw("[3/10]")
	term.draw("[3/10]") // nothing is new
	term.draw("[5/10]")
	term.Print("failed")
	term.draw("[5/10]")
	stop()
	stop()
	const erase = "\r\x1b[K"
	want := erase + "[3/10]" + erase + "[5/10]" + erase + "thinrex: failed\n" + erase + "[5/10]" + erase
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

// Progress is asked for until it is stopped, and not afterwards.
func TestShowProgress(t *testing.T) {
	for _, tc := range []struct {
		watched bool
		mode    ProgressMode
		shows   bool
	}{
		{true, ProgressAuto, true}, {true, ProgressOff, false}, {false, ProgressAuto, false},
	} {
		asked := make(chan struct{}, 1000)
		term := &Terminal{out: io.Discard, watched: tc.watched, mode: tc.mode, warned: map[string]bool{}}
		stop := term.ShowProgress(func() Progress { asked <- struct{}{}; return Progress{Done: len(asked)} })
		if tc.shows {
			<-asked
			<-asked
		}
		stop()
		if left := len(asked); !tc.shows && left > 0 {
			t.Errorf("%+v: shown", tc)
		}
	}
	var b strings.Builder
	term := &Terminal{out: &b, warned: map[string]bool{}}
	shown := make(chan struct{})
	stop := term.every(time.Millisecond, func() {
		term.Print("%s", Progress{All: 1})
		select {
		case shown <- struct{}{}:
		default:
		}
	})
	<-shown
	stop()
	if line := "thinrex: [0/1] 0 hits · 0:00\n"; strings.ReplaceAll(b.String(), line, "") != "" || b.Len() == 0 {
		t.Errorf("%q", b.String())
	}
}

// The line at the end is for --verbose, and for a long link that somebody has watched.
func TestConclude(t *testing.T) {
	for _, tc := range []struct {
		watched, verbose bool
		mode             ProgressMode
		summary          Summary
		want             bool
	}{
		{true, false, ProgressAuto, Summary{WallSeconds: 1.1}, true},
		{true, false, ProgressAuto, Summary{WallSeconds: 0.9}, false},
		{true, false, ProgressAuto, Summary{WallSeconds: 1.1, Error: "it failed"}, false},
		{true, false, ProgressOff, Summary{WallSeconds: 1.1}, false},
		{false, false, ProgressAuto, Summary{WallSeconds: 1.1}, false},
		{false, true, ProgressOff, Summary{WallSeconds: 0.1, Error: "it failed"}, true},
	} {
		var b strings.Builder
		term := &Terminal{out: &b, watched: tc.watched, verbose: tc.verbose, mode: tc.mode}
		term.Conclude(tc.summary)
		if got := b.String() != ""; got != tc.want {
			t.Errorf("%+v: %q", tc, b.String())
		}
	}
}
