package explain

import (
	"fmt"

	"thinrex/go/history"
)

// Details are a link with what is known of its jobs.
type Details struct {
	history.Link
	*history.Jobs
	names   []string       // of Files
	modules map[string]int // jobs, by the names of their modules
	files   map[string]int // indexes in Files, by names
}

// NewDetails makes jobs and files easy to find.
func NewDetails(l history.Link, jobs *history.Jobs) *Details {
	d := &Details{
		Link:    l,
		Jobs:    jobs,
		modules: make(map[string]int, len(jobs.Jobs)),
		names:   namesOf(jobs),
		files:   make(map[string]int, len(jobs.Files)),
	}
	for i, name := range d.names {
		d.files[name] = i
	}
	for i, job := range jobs.Jobs {
		d.modules[d.names[job.Module]] = i
	}
	return d
}

// namesOf returns the files' names by which they are found again in another link. Members of
// an archive may have one name; the link's order tells these apart.
func namesOf(jobs *history.Jobs) []string {
	names, times := make([]string, len(jobs.Files)), make(map[string]int, len(jobs.Files))
	for i, f := range jobs.Files {
		name := f.StableName()
		if times[name]++; times[name] > 1 {
			name = fmt.Sprintf("%s#%d", name, times[name])
		}
		names[i] = name
	}
	return names
}

// job returns the job of the module with a name, if the link has one that came to
// a result: what failed or was skipped is never stored, so nothing is found by its key.
func (d *Details) job(module string) (job history.Job, ok bool) {
	i, ok := d.modules[module]
	if !ok {
		return job, false
	}
	job = d.Jobs.Jobs[i]
	return job, job.Outcome != history.Failed && job.Outcome != history.Skipped
}

// missed reports whether a job was compiled, or would have been.
func missed(job history.Job) bool { return job.Outcome != history.Hit && job.Outcome != history.Joined }
