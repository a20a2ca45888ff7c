package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
)

// A Terminal writes to stderr, for the person who started the link. The rules:
//
//   - A link that succeeds prints nothing of its own, unless stderr is a terminal
//     (a progress line, erased at the end, and one line if the link took long), or
//     --verbose or --progress=plain was given. The compiler's warnings are always
//     printed.
//   - What one compiler printed comes in one piece. The caller has made text from
//     a cache or a worker fit for a terminal: see action.Printable.
//   - Lines of thinrex itself begin with "thinrex: ". A warning with the same
//     cause is printed once.
//
// It is safe for concurrent use.
type Terminal struct {
	mu      sync.Mutex
	out     io.Writer
	watched bool // it is a terminal on which a line can be erased
	mode    ProgressMode
	verbose bool
	quiet   bool   // print warnings only if verbose
	line    string // the progress line on the screen; "" if there is none
	warned  map[string]bool
}

// NewTerminal writes to out.
func NewTerminal(out *os.File, verbose bool) *Terminal {
	watched := IsTerminal(out) && os.Getenv("TERM") != "dumb"
	return &Terminal{out: out, watched: watched, mode: ProgressAuto, verbose: verbose, warned: map[string]bool{}}
}

// Messages prints what a compiler printed.
func (t *Terminal) Messages(text []byte) {
	if len(text) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	t.out.Write(text)
	if !bytes.HasSuffix(text, []byte("\n")) {
		io.WriteString(t.out, "\n")
	}
}

// Print prints a line of thinrex itself.
func (t *Terminal) Print(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintf(t.out, "thinrex: "+format+"\n", args...)
}

// Verbose prints a line of thinrex itself if --verbose was given.
func (t *Terminal) Verbose(format string, args ...any) {
	if t.verbose {
		t.Print(format, args...)
	}
}

// IsWatched reports whether somebody wants to read what happens while the link
// runs: stderr is a terminal, or --verbose was given.
func (t *Terminal) IsWatched() bool { return t.watched || t.verbose }

// Quiet suppresses the progress line, and warnings unless --verbose was given. thinrex cc
// calls it: its output must be the compiler's.
func (t *Terminal) Quiet() { t.quiet, t.watched, t.mode = true, false, ProgressOff }

// WarnOnce prints a warning unless one with the same key was printed before.
func (t *Terminal) WarnOnce(key, format string, args ...any) {
	t.mu.Lock()
	again := t.warned[key] || t.quiet && !t.verbose
	t.warned[key] = true
	t.mu.Unlock()
	if !again {
		t.Print("warning: "+format, args...)
	}
}

func (t *Terminal) clear() {
	if t.line != "" {
		io.WriteString(t.out, "\r\x1b[K")
		t.line = ""
	}
}
