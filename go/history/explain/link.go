package explain

import (
	"time"

	"thinrex/go/history"
)

// A Link explains a link, or some jobs of it.
type Link struct {
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	Dir     string    `json:"dir"`
	Output  string    `json:"output"`
	Jobs    int       `json:"jobs"`     // of the whole link
	Hits    int       `json:"hits"`     // of these
	HitRate *float64  `json:"hit_rate"` // see history.HitRate; nil if there is none

	Explained []Job  `json:"-"` // those that were asked for
	Compiler  string `json:"-"` // its path
	host      string
}

// A Job says where a job's result came from, or why there was none.
type Job struct {
	Module  string          `json:"module"`
	Outcome history.Outcome `json:"outcome"`
	From    string          `json:"from,omitempty"`    // where the result came from
	Ran     float64         `json:"ran_seconds"`       // how long the compiler ran, now or when the result was made
	Sliced  bool            `json:"sliced"`            // it read slices of its imports
	Whole   string          `json:"whole,omitempty"`   // why it didn't, though it could be
	Before  string          `json:"before,omitempty"`  // the ID of the link that it was compared with
	Causes  []Cause         `json:"causes,omitempty"`  // of a miss
	MadeBy  *Compilation    `json:"made_by,omitempty"` // what wrote the module since then
	at      time.Time       // when that link began
}

// Link explains the jobs of a link whose modules are wanted.
func (r Records) Link(l history.Link, wanted func(module string) bool) (Link, error) {
	explained := Link{
		ID:      l.ID,
		Started: l.Started,
		Dir:     l.Dir,
		Output:  l.Summary.LinkerOutput,
		Jobs:    l.Summary.Jobs,
		Hits:    l.Summary.Hits,
		host:    l.Host,
	}
	if rate, ok := l.HitRate(); ok {
		explained.HitRate = &rate
	}
	jobs, err := r.Jobs(l.ID)
	if err != nil {
		return explained, err
	}
	explained.Compiler = jobs.Compiler.Path
	s := search{now: NewDetails(l, jobs)}
	for i, job := range jobs.Jobs {
		if module := s.now.names[job.Module]; wanted(module) {
			s.add(i, module)
		}
	}
	for _, e := range r.earlier(l) {
		if len(s.open) == 0 {
			break
		}
		if jobs, err := r.Jobs(e.ID); err == nil { // else it is as if that link weren't remembered
			s.compareWith(NewDetails(e, jobs))
		}
	}
	s.end()
	for _, found := range s.found {
		explained.Explained = append(explained.Explained, found.Job)
	}
	return explained, nil
}

// A search finds, for each job that missed, the last record of the same module.
type search struct {
	now   *Details
	found []*searched
	open  []*searched // of found: those that need a record of an earlier link
}

// A searched job is one for which a search is made.
type searched struct {
	Job
	job      history.Job
	unlike   int    // in how much that all jobs have in common the link differs that it was compared with
	slicesOf string // the key of the earlier job whose slices are wanted; "" for none
}

// add begins the search for the job with an index.
func (s *search) add(i int, module string) {
	job := s.now.Jobs.Jobs[i]
	f := &searched{job: job, Job: Job{
		Module:  module,
		Outcome: job.Outcome,
		From:    job.From,
		Ran:     job.Ran,
		Sliced:  job.Sliced != nil,
		Whole:   job.Whole,
	}}
	s.found = append(s.found, f)
	switch {
	case !missed(job):
	case job.Outcome == history.Failed:
		f.Causes = []Cause{{Kind: CompilerFailed, Why: job.Why}}
	case job.Outcome == history.Skipped:
		f.Causes = []Cause{{Kind: LinkFailed}}
	case job.Key == "":
		f.Causes = []Cause{{Kind: NotCached, Why: job.Why, Advice: Advice(job.Why)}}
	default:
		s.open = append(s.open, f)
	}
}

// compareWith compares the open jobs with those of an earlier link.
func (s *search) compareWith(before *Details) {
	c := newComparer(s.now, before)
	var open []*searched
	for _, f := range s.open {
		if earlier, ok := before.job(f.Module); !ok || !f.compare(c, earlier) {
			open = append(open, f)
		}
	}
	s.open = open
}

// compare compares with an earlier job of the same module, and reports whether nothing more
// is wanted. A link with other arguments says less than one before it with the same ones: a
// user may have switched to and fro.
func (f *searched) compare(c *comparer, earlier history.Job) (done bool) {
	causes := c.compare(f.job, earlier)
	unlike := len(only(causes, CompilerChanged, ArgumentsChanged, EnvironmentChanged, InputAdded, InputRemoved))
	switch {
	case f.Before == "", unlike < f.unlike:
		f.Before, f.at, f.unlike, f.Causes = c.before.ID, c.before.Started, unlike, causes
		if f.unlike > 0 || !hasSlices(f.job) || len(only(f.Causes, ImportChanged)) == 0 {
			return f.unlike == 0
		}
		f.slicesOf = earlier.Key
	case f.unlike > 0, earlier.Key != f.slicesOf:
		return false
	}
	if !hasSlices(earlier) { // it was a hit; an earlier job with this key may have missed
		return false
	}
	f.Causes = narrow(f.Causes, slicedJob{c.now, f.job}, slicedJob{c.before, earlier})
	for i := range f.Causes {
		if cause := &f.Causes[i]; cause.Kind == IndexChanged {
			cause.Difference = c.differenceOfModules()
		}
	}
	return true
}

// end says of the jobs that no earlier link had that they are new.
func (s *search) end() {
	for _, f := range s.open {
		if f.Before == "" {
			f.Causes = []Cause{{Kind: FirstTime}}
		}
	}
}
