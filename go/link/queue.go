package link

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
)

// A queue hands tasks out to whoever is ready for one, those with the largest
// modules first: a long one that starts last would keep the linker waiting
// alone.
type queue struct {
	mu      sync.Mutex
	tasks   []*task // in order
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

// close says that nothing more will come.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change()
}

func (q *queue) change() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// wait returns when there is a task, and whether there is one.
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

// take returns the next task, nil if another one has taken the last.
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
