package link

import (
	"cmp"
	"os"
	"slices"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/distfile"
)

// A task is one compilation to run, for one job or for several equal ones.
type task struct {
	index   int // of the first job, in link order
	job     distfile.Job
	actions []*action.Action // equal ones; none for a job that runs as it is
	size    int64            // of the module in bytes
}

// tasks collects the jobs that missed.
type tasks struct {
	all      []*task
	byAction map[digest.Digest]*task
}

func newTasks() *tasks { return &tasks{byAction: map[digest.Digest]*task{}} }

// add adds job i. An action equal to an earlier one joins its task.
func (t *tasks) add(i int, job distfile.Job, a *action.Action) {
	if a == nil {
		t.all = append(t.all, &task{index: i, job: job, size: fileSize(job.Module())})
		return
	}
	if same := t.byAction[a.Digest]; same != nil {
		same.actions = append(same.actions, a)
		return
	}
	same := &task{index: i, job: job, actions: []*action.Action{a}, size: a.ModuleSize()}
	t.byAction[a.Digest] = same
	t.all = append(t.all, same)
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
