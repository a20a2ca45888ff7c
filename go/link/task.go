package link

import (
	"os"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/link/distfile"
)

// A task is one compilation, for one job or for several equal ones.
type task struct {
	first  distfile.Job
	equal  []distfile.Job // that have joined; guarded by tasks.mu
	key    digest.Digest  // of each job's action; zero for a job that runs as it is
	size   int64          // of the module in bytes
	here   bool           // only this machine can run the action
	action *action.Action // of the first job; nil if it would have taken too much memory
	wait   *wait          // nil unless a service has the task, and this machine is to help
}

// asIs returns a task for a job that has no action.
func asIs(job distfile.Job) *task { return &task{first: job, size: fileSize(job.Module()), here: true} }

func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}

// tasks knows the actions that are being looked up or executed.
type tasks struct {
	mu    sync.Mutex
	byKey map[digest.Digest]*task
}

// begin returns a new task for the action of a job. A job with the action of
// a task that isn't settled joins that: then it returns nil.
func (t *tasks) begin(job distfile.Job, a *action.Action) *task {
	t.mu.Lock()
	defer t.mu.Unlock()
	if same := t.byKey[a.Digest]; same != nil {
		same.equal = append(same.equal, job)
		return nil
	}
	begun := &task{first: job, key: a.Digest, action: a, size: a.Inputs[0].Digest.Size}
	t.byKey[a.Digest] = begun
	return begun
}

// settle returns the jobs that have joined a task's first; no more may.
func (t *tasks) settle(it *task) (equal []distfile.Job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey[it.key] == it {
		delete(t.byKey, it.key)
	}
	return it.equal
}
