package link

import (
	"fmt"
	"sync"
	"time"
)

// awaited counts the requests that a service has not answered yet, so that the user can be
// told what the link waits for. It also knows whether the service has ever answered.
type awaited struct {
	mu        sync.Mutex
	lookups   int
	jobs      int       // given to the service, executing or not
	executing int       // of these, those that a worker has begun
	stores    int       // results on their way to the service
	answers   int       // so far
	overtaken int       // jobs that this machine finished before the service did
	news      time.Time // when the service last gave a sign of life
}

// lookup counts a lookup. The caller calls end when it is over, with whether the
// service has answered.
func (w *awaited) lookup() (end func(answered bool)) {
	w.note(func() { w.lookups++ })
	return func(answered bool) { w.note(func() { w.lookups--; w.answer(answered) }) }
}

// job counts a job that is given to a service. The caller calls progress with
// whether a worker has begun it, and end as for a lookup.
func (w *awaited) job() (progress func(begun bool), end func(answered bool)) {
	executing := false
	progress = func(begun bool) {
		w.note(func() {
			if begun == executing {
				return
			}
			if executing = begun; executing {
				w.executing++
			} else {
				w.executing--
			}
			w.news = time.Now()
		})
	}
	w.note(func() { w.jobs++ })
	return progress, func(answered bool) {
		progress(false)
		w.note(func() { w.jobs--; w.answer(answered) })
	}
}

// store counts a result that is being stored, until the caller calls end.
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

// answer counts an answer; the caller holds the lock.
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

// overtake counts a job that this machine finished before the service did.
func (w *awaited) overtake() { w.note(func() { w.overtaken++ }) }

// isUnheard reports whether the service has answered nothing at all, although this
// machine had the time to compile a job that the service was asked for.
func (w *awaited) isUnheard() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.overtaken > 0 && w.answers == 0
}

// silence returns how long the service has given no sign of life, counted from
// since at the earliest, what it was asked for, and whether workers have begun some
// of that. It is zero while nothing is awaited.
func (w *awaited) silence(since time.Time) (d time.Duration, what string, begun bool) {
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
