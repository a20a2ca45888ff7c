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

// A Terminal writes for the person at the other end of stderr. The rules:
//
//   - On success nothing is printed, but the compiler's own warnings, unless
//     stderr is a terminal (one progress line, gone at the end) or --verbose.
//   - What a compiler printed comes in one piece. Whoever has it from a cache
//     or a worker makes it fit for a terminal first (action.Printable).
//   - Our own lines begin with "thinrex: ". A cause is said once.
//
// It is safe for concurrent use.
type Terminal struct {
	mu       sync.Mutex
	out      io.Writer
	progress bool
	verbose  bool
	quiet    bool      // warnings are for the verbose
	shown    bool      // the progress line is on the screen
	last     time.Time // when it was drawn
	said     map[string]bool
}

// NewTerminal writes to out. The progress line is drawn only on a terminal.
func NewTerminal(out *os.File, verbose bool) *Terminal {
	fi, err := out.Stat()
	isTerminal := err == nil && fi.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
	return &Terminal{out: out, progress: isTerminal, verbose: verbose, said: map[string]bool{}}
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

// Print prints a line of our own.
func (t *Terminal) Print(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintf(t.out, "thinrex: "+format+"\n", args...)
}

// Verbose prints a line of our own if --verbose was given.
func (t *Terminal) Verbose(format string, args ...any) {
	if t.verbose {
		t.Print(format, args...)
	}
}

// IsWatched reports whether somebody sees what is printed while the link runs,
// or has asked for it with --verbose.
func (t *Terminal) IsWatched() bool { return t.progress || t.verbose }

// Quiet leaves our own warnings to --verbose, for a program that stands in
// another's place.
func (t *Terminal) Quiet() { t.quiet = true }

// WarnOnce prints a warning unless one with the same key was printed before.
func (t *Terminal) WarnOnce(key, format string, args ...any) {
	t.mu.Lock()
	again := t.said[key] || t.quiet && !t.verbose
	t.said[key] = true
	t.mu.Unlock()
	if !again {
		t.Print("warning: "+format, args...)
	}
}

// redraw is how often the progress line changes, so that drawing it costs
// nothing.
const redraw = 100 * time.Millisecond

// Progress shows how many of the compilations are done.
func (t *Terminal) Progress(done, total int, module string) {
	if !t.progress {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.last) < redraw {
		return
	}
	t.last, t.shown = time.Now(), true
	fmt.Fprintf(t.out, "\r\x1b[K[%d/%d] ThinLTO backend %.50s", done, total, filepath.Base(module))
}

// Done removes the progress line.
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
