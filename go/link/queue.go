package link

import (
	"context"
	"sync"
)

// A queue hands tasks out in order, to whoever is ready for one.
type queue struct {
	mu      sync.Mutex
	tasks   []*task
	closed  bool
	changed chan struct{} // closed and made anew with each change
}

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

func (q *queue) push(t *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = append(q.tasks, t)
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

// inLine pushes tasks in the order of their places, though they are added in
// any.
type inLine struct {
	push func(*task)

	mu    sync.Mutex
	next  int
	added []bool
	tasks []*task // nil for none
}

func newInLine(places int, push func(*task)) *inLine {
	return &inLine{push: push, added: make([]bool, places), tasks: make([]*task, places)}
}

// add says that a place has a task, or none.
func (l *inLine) add(place int, t *task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.added[place], l.tasks[place] = true, t
	for ; l.next < len(l.added) && l.added[l.next]; l.next++ {
		if t := l.tasks[l.next]; t != nil {
			l.push(t)
		}
	}
}
