package link

import (
	"os"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/distfile"
)

// A task is one compilation, for one job or for several equal ones.
type task struct {
	jobs   []distfile.Job // guarded by tasks.mu until the task is settled
	key    digest.Digest  // of each job's action; zero for a job that runs as it is
	action *action.Action // of the first job; nil if it would have taken too much memory
}

func (t *task) module() string { return t.jobs[0].Module() }

// tasks knows the actions that are being looked up or executed.
type tasks struct {
	mu    sync.Mutex
	byKey map[digest.Digest]*task
}

// begin returns a new task for the action of a job. A job with the action of
// a task that isn't settled joins that: then it returns nil.
func (t *tasks) begin(a *action.Action) *task {
	t.mu.Lock()
	defer t.mu.Unlock()
	if same := t.byKey[a.Digest]; same != nil {
		same.jobs = append(same.jobs, a.Job)
		return nil
	}
	begun := &task{jobs: []distfile.Job{a.Job}, key: a.Digest, action: a}
	t.byKey[a.Digest] = begun
	return begun
}

// settle returns a task's jobs; no more may join it.
func (t *tasks) settle(it *task) []distfile.Job {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey[it.key] == it {
		delete(t.byKey, it.key)
	}
	return it.jobs
}

func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}
