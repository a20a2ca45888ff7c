package explain

import "thinrex/go/history"

// Details are a link with what is known of its jobs.
type Details struct {
	history.Link
	*history.Jobs
	modules map[string]int // jobs, by the stable names of their modules
	files   map[string]int // indexes in Files, by stable names
}

// NewDetails makes jobs and files easy to find.
func NewDetails(l history.Link, jobs *history.Jobs) *Details {
	d := &Details{
		Link:    l,
		Jobs:    jobs,
		modules: make(map[string]int, len(jobs.Jobs)),
		files:   make(map[string]int, len(jobs.Files)),
	}
	for i, f := range jobs.Files {
		d.files[f.StableName()] = i
	}
	for i, job := range jobs.Jobs {
		d.modules[d.module(job).StableName()] = i
	}
	return d
}

func (d *Details) module(job history.Job) history.File { return d.Files[job.Module] }

// job returns the job of the module with a stable name, if the link has one that came to
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
