package link

import (
	"os"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/link/distfile"
)

// A task is one compilation, for one job or for several equal ones. It has one
// owner at a time: the lookup, then a queue, then what executes it.
type task struct {
	first  distfile.Job
	equal  []distfile.Job // that have joined; guarded by joining.mu
	key    digest.Digest  // of each job's action; zero for a job that runs as the linker wrote it
	size   int64          // of the module in bytes
	action *action.Action // of the first job; nil while it isn't kept in memory
	kept   int64          // bytes of the action that count as waiting: see actions.keep
	watch  *watch         // set only in the queue of tasks about which a service is silent

	sliced      *slicedTask // nil unless action is a sliced one
	wantsSlices bool        // an action that is made again is to be sliced

	hit       *hit // that is compiled again before it is delivered; nil for other tasks
	notShared bool // no service gets its result: see verifier.dismiss
}

// asTheLinkerWrote returns a task for a job that has no action.
func asTheLinkerWrote(job distfile.Job) *task {
	return &task{first: job, size: fileSize(job.Module())}
}

func (t *task) hasAction() bool { return t.key != digest.Digest{} }

func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}

// joining finds the task of an equal job, among the tasks that are being looked up or
// executed. A link may have many equal jobs; each action runs once.
type joining struct {
	mu    sync.Mutex
	tasks map[digest.Digest]*task
}

// begin returns a new task for the action of a job, or nil if the job has joined
// the task of an equal one.
func (j *joining) begin(job distfile.Job, a *action.Action) *task {
	j.mu.Lock()
	defer j.mu.Unlock()
	if same := j.tasks[a.Digest]; same != nil {
		same.equal = append(same.equal, job)
		return nil
	}
	begun := &task{first: job, key: a.Digest, action: a, size: a.Inputs[0].Digest.Size}
	j.tasks[a.Digest] = begun
	return begun
}

// settle returns the jobs that have joined a task's first one. From then on no
// other can: an equal job that comes later begins a task of its own.
func (j *joining) settle(t *task) (equal []distfile.Job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.tasks[t.key] == t {
		delete(j.tasks, t.key)
	}
	return t.equal
}

// settleAll returns all jobs of a task.
func (j *joining) settleAll(t *task) []distfile.Job {
	return append([]distfile.Job{t.first}, j.settle(t)...)
}
