package link

import (
	"cmp"
	"os"
	"slices"

	"thinrex/go/digest"
	"thinrex/go/distfile"
)

// A task is one compilation to run, for one job or for several equal ones.
// It holds no action: those of all misses of a large link would fill the
// memory, and making one again is cheap.
type task struct {
	index  int // of the first job, in link order
	jobs   []distfile.Job
	action digest.Digest // of each job; zero for a job that runs as it is
	size   int64         // of the module in bytes
}

// tasks collects the jobs that missed.
type tasks struct {
	all      []*task
	byAction map[digest.Digest]*task
}

func newTasks() *tasks { return &tasks{byAction: map[digest.Digest]*task{}} }

// add adds job i with its action's digest, zero for none. A job with the
// action of an earlier one joins its task.
func (t *tasks) add(i int, job distfile.Job, action digest.Digest) {
	if same := t.byAction[action]; same != nil {
		same.jobs = append(same.jobs, job)
		return
	}
	added := &task{index: i, jobs: []distfile.Job{job}, action: action, size: fileSize(job.Module())}
	t.all = append(t.all, added)
	if action != (digest.Digest{}) {
		t.byAction[action] = added
	}
}

// inOrder returns the tasks, those with the largest modules first: a long one
// that starts last would keep the linker waiting alone.
func (t *tasks) inOrder() []*task {
	slices.SortFunc(t.all, func(x, y *task) int {
		return cmp.Or(cmp.Compare(y.size, x.size), cmp.Compare(x.index, y.index))
	})
	return t.all
}

func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}
