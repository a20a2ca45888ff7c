package rpc

import (
	"context"
	"slices"
	"sync"
	"time"
)

// lanes bound how many calls are under way at once. There are fewer after a call was
// refused because the service is busy, and more again as it serves calls.
type lanes struct {
	most int // 0 for any number

	mu       sync.Mutex
	taken    int
	limit    float64         // 0 for any number
	narrowed time.Time       // when the limit was last lowered
	refused  time.Time       // since when the service has refused calls and served none; zero if it hasn't
	waiting  []chan struct{} // in their order; closed when they get a lane
}

func newLanes(most int) *lanes { return &lanes{most: most, limit: float64(most)} }

// A Lane is the right to make one call. The nil Lane needs no right.
type Lane struct {
	leave func()
}

// Leave gives the lane to the next call. It may be called more than once.
func (l *Lane) Leave() {
	if l != nil {
		l.leave()
	}
}

// enter waits for a lane.
func (l *lanes) enter(ctx context.Context) (*Lane, error) {
	lane := &Lane{sync.OnceFunc(func() { l.update(func() { l.taken-- }) })}
	l.mu.Lock()
	if l.isFree() {
		l.taken++
		l.mu.Unlock()
		return lane, nil
	}
	mine := make(chan struct{})
	l.waiting = append(l.waiting, mine)
	l.mu.Unlock()
	select {
	case <-mine:
		return lane, nil
	case <-ctx.Done():
	}
	l.update(func() {
		if i := slices.Index(l.waiting, mine); i >= 0 {
			l.waiting = slices.Delete(l.waiting, i, i+1)
		} else {
			l.taken-- // it became ours at this moment
		}
	})
	return nil, context.Cause(ctx)
}

func (l *lanes) isFree() bool { return l.limit == 0 || l.taken < max(1, int(l.limit)) }

// update changes the lanes, and gives those that are free to the calls that wait.
func (l *lanes) update(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	for len(l.waiting) > 0 && l.isFree() {
		l.taken++
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
	}
}

// narrow halves the number of lanes after a call, made at a time, was refused
// because the service is busy. Calls that were made before the last halving say
// nothing about the lanes that are left.
func (l *lanes) narrow(begun time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if begun.After(l.narrowed) {
		l.limit = max(1, float64(l.taken/2))
		l.narrowed = time.Now()
	}
}

// refusedFor notes a refused call, and returns for how long the service has
// served none.
func (l *lanes) refusedFor(begun time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused.IsZero() {
		l.refused = begun
	}
	return time.Since(l.refused)
}

// widen notes a served call, and adds a lane after every few of them.
func (l *lanes) widen() {
	l.update(func() {
		l.refused = time.Time{}
		if l.limit > 0 {
			l.limit += 0.25
		}
		if l.most > 0 {
			l.limit = min(l.limit, float64(l.most))
		}
	})
}
