package link

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// awaited counts what a service was asked for and hasn't answered, to tell a
// person what a link waits for.
type awaited struct {
	mu        sync.Mutex
	lookups   int
	jobs      int       // given to it, executing or not
	executing int       // of these
	stores    int       // results on their way to it
	answers   int       // so far
	news      time.Time // the newest of all
}

// lookup notes a lookup; the caller says when it has ended, and whether the
// service has answered.
func (w *awaited) lookup() (end func(answered bool)) {
	w.note(func() { w.lookups++ })
	return func(answered bool) { w.note(func() { w.lookups--; w.answer(answered) }) }
}

// job notes a job that is given to a service. The caller says when a worker has
// begun it, and how it ended, as for a lookup.
func (w *awaited) job() (begun func(bool), end func(answered bool)) {
	now := false // a worker has it
	begun = func(executing bool) {
		w.note(func() {
			if executing != now {
				w.executing += map[bool]int{true: 1, false: -1}[executing]
				now = executing
				w.news = time.Now()
			}
		})
	}
	w.note(func() { w.jobs++ })
	return begun, func(answered bool) {
		begun(false)
		w.note(func() { w.jobs--; w.answer(answered) })
	}
}

// store notes a result that is being stored; the caller says when it has ended.
func (w *awaited) store() (end func()) {
	w.note(func() { w.stores++ })
	return func() { w.note(func() { w.stores--; w.news = time.Now() }) }
}

// storing reports whether a result is being stored.
func (w *awaited) storing() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stores > 0
}

func (w *awaited) answer(answered bool) {
	if answered {
		w.answers++
		w.news = time.Now()
	}
}

func (w *awaited) note(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// quiet says for how long nothing was heard of what is awaited, what that is,
// and whether workers have begun some of it. It is zero while nothing is awaited.
func (w *awaited) quiet(since time.Time) (d time.Duration, what string, begun bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.jobs > 0:
		what = fmt.Sprintf("%d jobs, of which %d are executing", w.jobs, w.executing)
	case w.lookups > 0:
		what = fmt.Sprintf("%d lookups", w.lookups)
	case w.stores > 0:
		what = fmt.Sprintf("%d results to be stored", w.stores)
	default:
		return 0, "", false
	}
	if w.news.After(since) {
		since = w.news
	}
	return time.Since(since), what, w.executing > 0
}

// isUnheard reports whether the service has answered nothing at all, though this
// machine had the time to compile some of what it was asked for.
func (c *conductor) isUnheard() bool {
	c.mu.Lock()
	helped := c.helped
	c.mu.Unlock()
	c.awaited.mu.Lock()
	defer c.awaited.mu.Unlock()
	return helped > 0 && c.awaited.answers == 0
}

// tellWaiting says on a terminal, or with --verbose, what the link waits for
// when nothing was heard of a service for Options.Patience, or three times that
// while workers execute, and again each time that has doubled.
func (c *conductor) tellWaiting(ctx context.Context) {
	if c.Remote == nil || c.Patience <= 0 || !c.Terminal.IsWatched() {
		return
	}
	begun, next := time.Now(), c.Patience
	look := time.NewTicker(max(c.Patience/4, time.Millisecond))
	defer look.Stop()
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		d, what, executing := c.awaited.quiet(begun)
		least := c.Patience
		if executing {
			least *= executingPatience
		}
		if d < least {
			next = least
		} else if d >= next {
			c.Terminal.Print("waiting for %s: %s; nothing heard for %v", c.Remote.Address(), what, d.Round(time.Second))
			next = 2 * d
		}
	}
}
