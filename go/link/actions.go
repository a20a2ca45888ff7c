package link

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/link/canon"
	"thinrex/go/link/distfile"
)

// turns bound what needs a core and the disk, but no compiler.
type turns chan struct{}

// do calls f in a turn. f must not wait for a slot or for a service.
func (t turns) do(f func()) {
	t <- struct{}{}
	defer func() { <-t }()
	f()
}

// actions makes the actions of a link's jobs, and bounds the memory of those that wait
// in queues.
type actions struct {
	builder *canon.Builder // nil if all jobs must run as they are
	joining *joining       // of equal jobs
	turns   turns
	waiting *semaphore.Weighted // bytes
	slicing *slicing            // nil if no action is to be sliced
}

func newActions(b *canon.Builder, s *slicing) *actions {
	return &actions{
		builder: b,
		joining: &joining{tasks: map[digest.Digest]*task{}},
		turns:   make(turns, coresAndDisk()),
		waiting: semaphore.NewWeighted(actionsKept),
		slicing: s,
	}
}

// keep leaves a task its action while it waits in a queue, if there is room.
func (m *actions) keep(t *task) *task {
	size := t.action.Size()
	if t.sliced != nil {
		size += t.sliced.whole.Size()
	}
	if m.waiting.TryAcquire(size) {
		t.kept = size
	} else {
		t.action, t.sliced = nil, nil
	}
	return t
}

// take gives a task that is about to run its action, which is made again if it
// wasn't kept.
func (m *actions) take(ctx context.Context, t *task) (err error) {
	m.waiting.Release(t.kept)
	t.kept = 0
	if t.action != nil {
		return nil
	}
	m.turns.do(func() { t.action, err = m.remake(t, t.first) })
	if err == nil && t.wantsSlices {
		m.slicing.slice(ctx, t)
	}
	return err
}

// errChanged says that a job's action isn't what it was when it was looked up.
var errChanged = fmt.Errorf("a shard or an input %w", action.ErrInputChanged)

// remake makes the action of one of a task's jobs again.
func (m *actions) remake(t *task, job distfile.Job) (*action.Action, error) {
	a, err := m.builder.Build(job)
	if err != nil || a.Digest != t.key {
		return nil, errChanged
	}
	return a, nil
}

// readsMore reports whether an action leaves out files that the compiler reads.
func (m *actions) readsMore(a *action.Action) (more bool) {
	m.turns.do(func() { more = m.builder.ReadsMore(a) })
	return more
}

// A source makes a task's action again for executor.Fallback.
type source struct {
	actions *actions
	task    *task
}

func (s source) Drop() { s.task.action, s.task.sliced = nil, nil }

func (s source) Action(ctx context.Context) (*action.Action, error) {
	err := s.actions.take(ctx, s.task)
	return s.task.action, err
}
