package link

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
)

// A queue holds tasks until feeds take them, those with the largest modules first: a
// long compilation that starts last would keep the linker waiting when all others have
// ended. It is safe for concurrent use.
type queue struct {
	mu      sync.Mutex
	tasks   []*task // the largest first
	closed  bool
	changed chan struct{} // closed and made anew with each change
}

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

func (q *queue) push(t *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i, _ := slices.BinarySearchFunc(q.tasks, t, func(x, y *task) int {
		return cmp.Or(cmp.Compare(y.size, x.size), strings.Compare(x.first.Module(), y.first.Module()))
	})
	q.tasks = slices.Insert(q.tasks, i, t)
	q.change()
}

// close says that no more tasks will come.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change()
}

// change wakes all that wait.
func (q *queue) change() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// wait returns true when there is a task, or false when none will come any more.
func (q *queue) wait(ctx context.Context) bool {
	for {
		q.mu.Lock()
		some, closed, changed := len(q.tasks) > 0, q.closed, q.changed
		q.mu.Unlock()
		if some || closed {
			return some
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// take returns the next task, or nil if another feed has taken the last one.
func (q *queue) take() *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tasks) == 0 {
		return nil
	}
	t := q.tasks[0]
	q.tasks = q.tasks[1:]
	return t
}
