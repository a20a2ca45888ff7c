package page

import (
	"strings"

	"thinrex/go/history"
)

// A job is a record of a job with what the page's parts need of it.
type job struct {
	history.Job
	explained
	Name string // of the module, as the user knows it
	Kind kind
}

// A kind is what a job is counted and coloured as.
type kind struct {
	Class string // of the style sheet
	Label string
}

// The kinds, in the order in which stacks and legends have them.
var (
	diskHit    = kind{"disk", "hit on the disk"}
	serviceHit = kind{"service", "hit in the remote cache"}
	joined     = kind{"joined", "equal to another job"}
	local      = kind{"local", "compiled on this machine"}
	away       = kind{"away", "compiled by a worker"}
	failed     = kind{"failed", "failed"}
	skipped    = kind{"skipped", "skipped"}

	kinds = []kind{diskHit, serviceHit, joined, local, away, failed, skipped}
)

func kindOf(j history.Job) kind {
	switch j.Outcome {
	case history.Hit:
		if j.From == history.FromDisk {
			return diskHit
		}
		return serviceHit
	case history.Joined:
		return joined
	case history.Local:
		return local
	case history.Remote:
		return away
	case history.Failed:
		return failed
	}
	return skipped
}

// compiled reports whether a compiler ran for the job.
func (j job) compiled() bool { return j.Kind == local || j.Kind == away || j.Kind == failed }

// hit reports whether the job needed no compiler.
func (j job) hit() bool { return j.Kind == diskHit || j.Kind == serviceHit || j.Kind == joined }

// ended is when the job was done, in seconds since the link began.
func (j job) ended() float64 {
	return max(j.End, j.Begin+j.Lookup, j.Start+j.Run)
}

// queued is how long a job that ran waited for a slot.
func (j job) queued() float64 {
	if j.Run == 0 {
		return 0
	}
	return max(0, j.Start-j.Begin-j.Lookup-j.Cut)
}

func jobsOf(c Content) []job {
	if c.Jobs == nil {
		return nil
	}
	causes := explainedModules(c.Groups)
	jobs := make([]job, len(c.Jobs.Jobs))
	for i, j := range c.Jobs.Jobs {
		jobs[i] = job{Job: j, Name: moduleName(c.Jobs, j.Module), Kind: kindOf(j)}
		if jobs[i].compiled() {
			jobs[i].explained = causes[jobs[i].Name]
		}
	}
	return jobs
}

func moduleName(jobs *history.Jobs, file int) string { return jobs.Files[file].StableName() }

// baseName is the last element of a file's name, for places with little room.
func baseName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	return name[strings.LastIndexByte(name, '/')+1:]
}
