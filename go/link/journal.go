package link

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"thinrex/go/digest"
	"thinrex/go/history"
	"thinrex/go/link/distfile"
)

// A Journal notes what becomes of each job of a link, for the history. The parts of the
// link tell it, through the methods in journalnotes.go. A nil Journal notes nothing. It is
// safe for concurrent use.
type Journal struct {
	common  distfile.Common
	started time.Time

	mu    sync.Mutex
	link  history.Jobs
	index map[string]int   // of link.Jobs, by their first outputs
	files map[string]int32 // of link.Files, by their paths
	slots [2]slotNumbers   // of this machine, and of workers
	room  int              // what may still be noted of slices, of slicesNoted
}

// NewJournal returns the journal of a link that is about to begin.
func NewJournal() *Journal { return &Journal{room: slicesNoted} }

// open notes which jobs there are and what they have in common.
func (j *Journal) open(f *distfile.File, o Options, c *jobCompiler) {
	if j == nil {
		return
	}
	j.common, j.started = f.Common, o.Started
	j.link.Compiler = history.Compiler{Path: c.path, Identity: history.ShortOf(c.identity)}
	j.link.Args = f.Common.Args[1:]
	for name, value := range o.Env {
		j.link.Env = append(j.link.Env, history.Value{Name: name, Digest: history.ShortOf(value)})
	}
	slices.SortFunc(j.link.Env, func(a, b history.Value) int { return strings.Compare(a.Name, b.Name) })
	j.link.Jobs = make([]history.Job, len(f.Jobs))
	j.index = make(map[string]int, len(f.Jobs))
	j.files = make(map[string]int32, len(f.Jobs))
	for i, job := range f.Jobs {
		j.index[job.Outputs[0]] = i
		j.link.Jobs[i].Module = int(j.file(job.Module(), digest.Digest{}))
		j.link.Jobs[i].Why = c.uncached
	}
}

// Jobs returns what was noted. The link has ended. There are no jobs if it ended before its
// compiler was known.
func (j *Journal) Jobs() *history.Jobs {
	for i := range j.link.Jobs {
		if job := &j.link.Jobs[i]; job.Outcome == "" {
			job.Outcome = history.Skipped
		}
	}
	return &j.link
}

// note changes what is noted of a job. Until change has returned, nothing else is noted.
func (j *Journal) note(job distfile.Job, change func(*history.Job)) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if i, ok := j.index[job.Outputs[0]]; ok {
		change(&j.link.Jobs[i])
	}
}

// file returns the index of a file, whose digest may be zero if it isn't known yet.
func (j *Journal) file(path string, d digest.Digest) int32 {
	i, ok := j.files[path]
	if !ok {
		i = int32(len(j.link.Files))
		j.files[path] = i
		f := history.File{Name: path}
		if stable := j.common.StableName(path); stable != path {
			f.Stable = stable
		}
		j.link.Files = append(j.link.Files, f)
	}
	if f := &j.link.Files[i]; f.Digest == "" {
		f.Digest, f.Size = d.Hash, d.Size
	}
	return i
}

// now is the time since the program started, in seconds.
func (j *Journal) now() float64 {
	if j == nil {
		return 0
	}
	return rounded(time.Since(j.started).Seconds())
}

// rounded leaves of a time what is worth writing: 10 microseconds.
func rounded(seconds float64) float64 { return math.Round(seconds*1e5) / 1e5 }

// slotNumbers number the slots in which jobs run: which ones are taken.
type slotNumbers []bool

// take returns the lowest number that is free.
func (s *slotNumbers) take() int {
	i := slices.Index(*s, false)
	if i < 0 {
		i = len(*s)
		*s = append(*s, false)
	}
	(*s)[i] = true
	return i
}

func (s slotNumbers) free(i int) { s[i] = false }
