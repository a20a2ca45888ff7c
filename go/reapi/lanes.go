package reapi

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Lanes bound how many calls are under way at once. There are fewer after the
// service said that it has too much to do, and more again as it does its work.
type lanes struct {
	most int // 0 for any number

	mu       sync.Mutex
	taken    int
	limit    float64         // 0 for any number
	narrowed time.Time       // when there became fewer
	refused  time.Time       // since when the service has refused calls and served none, zero if it hasn't
	waiting  []chan struct{} // in their order; closed when a lane is theirs
}

func newLanes(most int) *lanes { return &lanes{most: most, limit: float64(most)} }

// enter waits for a lane. leave may be called more than once.
func (l *lanes) enter(ctx context.Context) (leave func(), err error) {
	leave = sync.OnceFunc(func() { l.change(func() { l.taken-- }) })
	l.mu.Lock()
	if l.free() {
		l.taken++
		l.mu.Unlock()
		return leave, nil
	}
	mine := make(chan struct{})
	l.waiting = append(l.waiting, mine)
	l.mu.Unlock()
	select {
	case <-mine:
		return leave, nil
	case <-ctx.Done():
	}
	l.change(func() {
		if i := slices.Index(l.waiting, mine); i >= 0 {
			l.waiting = slices.Delete(l.waiting, i, i+1)
		} else {
			l.taken-- // it became ours at this moment
		}
	})
	return nil, context.Cause(ctx)
}

func (l *lanes) free() bool { return l.limit == 0 || l.taken < max(1, int(l.limit)) }

// change changes something, and gives lanes that are free to those who wait.
func (l *lanes) change(something func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	something()
	for len(l.waiting) > 0 && l.free() {
		l.taken++
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
	}
}

// narrow halves the number of lanes after a call was refused because the
// service is busy. Calls that were made before the last halving say nothing
// about the lanes that are left.
func (l *lanes) narrow(begun time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if begun.After(l.narrowed) {
		l.limit = max(1, float64(l.taken/2))
		l.narrowed = time.Now()
	}
}

// refusing notes a refused call, and returns for how long none has been served.
func (l *lanes) refusing(begun time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused.IsZero() {
		l.refused = begun
	}
	return time.Since(l.refused)
}

// served adds a lane after some calls that the service has served.
func (l *lanes) served() {
	l.change(func() {
		l.refused = time.Time{}
		if l.limit > 0 {
			l.limit += 0.25
		}
		if l.most > 0 {
			l.limit = min(l.limit, float64(l.most))
		}
	})
}
