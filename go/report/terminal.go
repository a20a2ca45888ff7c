package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A Terminal writes to stderr, for the person who started the link. The rules:
//
//   - A link that succeeds prints nothing of its own, unless stderr is a terminal
//     (one progress line, erased at the end) or --verbose was given. The
//     compiler's warnings are always printed.
//   - What one compiler printed comes in one piece. The caller has made text from
//     a cache or a worker fit for a terminal: see action.Printable.
//   - Lines of thinrex itself begin with "thinrex: ". A warning with the same
//     cause is printed once.
//
// It is safe for concurrent use.
type Terminal struct {
	mu       sync.Mutex
	out      io.Writer
	progress bool // draw a progress line
	verbose  bool
	quiet    bool      // print warnings only if verbose
	shown    bool      // the progress line is on the screen
	drawn    time.Time // when it was drawn
	warned   map[string]bool
}

// NewTerminal writes to out. The progress line is drawn only on a terminal.
func NewTerminal(out *os.File, verbose bool) *Terminal {
	progress := IsTerminal(out) && os.Getenv("TERM") != "dumb"
	return &Terminal{out: out, progress: progress, verbose: verbose, warned: map[string]bool{}}
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
func (t *Terminal) IsWatched() bool { return t.progress || t.verbose }

// Quiet suppresses the progress line, and warnings unless --verbose was given. thinrex cc
// calls it: its output must be the compiler's.
func (t *Terminal) Quiet() { t.quiet, t.progress = true, false }

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

// redraw is the time between two changes of the progress line. Links of thousands
// of hits would spend more time on drawing than on hits.
const redraw = 100 * time.Millisecond

// Progress draws how many of the compilations are done, and the module of one that
// has just begun.
func (t *Terminal) Progress(done, total int, module string) {
	if !t.progress {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.drawn) < redraw {
		return
	}
	t.drawn, t.shown = time.Now(), true
	fmt.Fprintf(t.out, "\r\x1b[K[%d/%d] ThinLTO backend %.50s", done, total, filepath.Base(module))
}

// Done erases the progress line.
func (t *Terminal) Done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
}

func (t *Terminal) clear() {
	if t.shown {
		io.WriteString(t.out, "\r\x1b[K")
		t.shown = false
	}
}
