package report

import (
	"fmt"
	"sync"
	"time"
)

// ProgressMode says how people see how far a link is.
type ProgressMode string

// The modes, as in --progress.
const (
	ProgressAuto  ProgressMode = "auto"  // a line on a terminal, none elsewhere
	ProgressPlain ProgressMode = "plain" // a new line every plainInterval, also in a file
	ProgressOff   ProgressMode = "off"
)

const (
	redrawInterval = 100 * time.Millisecond
	plainInterval  = 10 * time.Second
)

// Progress says how far a link is.
type Progress struct {
	Done, All                   int // jobs
	Hits, Remote, Local, Failed int // of those that are done
	Elapsed                     time.Duration
}

// String is the progress line: [212/274] 180 hits · 20 remote · 12 local · 0:14.
func (p Progress) String() string {
	line := fmt.Sprintf("[%d/%d] %d hits", p.Done, p.All, p.Hits)
	for _, part := range []struct {
		n    int
		what string
	}{{p.Remote, "remote"}, {p.Local, "local"}, {p.Failed, "failed"}} {
		if part.n > 0 {
			line += fmt.Sprintf(" · %d %s", part.n, part.what)
		}
	}
	seconds := int(p.Elapsed.Seconds())
	return fmt.Sprintf("%s · %d:%02d", line, seconds/60, seconds%60)
}

// SetProgress chooses a mode other than ProgressAuto. It must not be called while
// progress is shown.
func (t *Terminal) SetProgress(mode ProgressMode) { t.mode = mode }

// drawsLine reports whether there is a progress line that is drawn again and again.
func (t *Terminal) drawsLine() bool { return t.watched && t.mode == ProgressAuto }

// ShowProgress asks now how far a link is, and shows it, again and again until stop is
// called. That erases the progress line.
func (t *Terminal) ShowProgress(now func() Progress) (stop func()) {
	switch {
	case t.drawsLine():
		return t.every(redrawInterval, func() { t.draw(now().String()) })
	case t.mode == ProgressPlain:
		return t.every(plainInterval, func() { t.Print("%s", now()) })
	}
	return func() {}
}

// every calls show at an interval until stop is called, which may be done more than once.
func (t *Terminal) every(interval time.Duration, show func()) (stop func()) {
	ended := make(chan struct{})
	var showing sync.WaitGroup
	showing.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				show()
			case <-ended:
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		close(ended)
		showing.Wait()
		t.mu.Lock()
		defer t.mu.Unlock()
		t.clear()
	})
}

// draw replaces the progress line.
func (t *Terminal) draw(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.line == line {
		return
	}
	t.line = line
	fmt.Fprintf(t.out, "\r\x1b[K%s", line)
}

// longLink is how long a link takes at least of which a person wants to read, though it
// went well.
const longLink = time.Second

// Conclude tells in one line how a link went: with --verbose, and on a terminal if it took
// long and went well. What failed has been told.
func (t *Terminal) Conclude(s Summary) {
	long := s.Error == "" && s.WallSeconds > longLink.Seconds()
	if t.verbose || long && t.drawsLine() {
		t.Print("%s", s.Line())
	}
}
