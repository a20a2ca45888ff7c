package link

import (
	"sync"
	"time"

	"thinrex/go/action"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A tally counts what became of a link's jobs. It is safe for concurrent use.
type tally struct {
	started time.Time // when the program started
	journal *Journal  // which notes it of each job; nil for none

	mu      sync.Mutex
	summary report.Summary
}

func newTally(f *distfile.File, o Options) *tally {
	return &tally{
		started: o.Started,
		journal: o.Journal,
		summary: report.Summary{LinkerOutput: f.Common.LinkerOutput, Jobs: len(f.Jobs)},
	}
}

// count changes the summary.
func (t *tally) count(change func(*report.Summary)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.summary)
}

// compilerKnown notes the end of the preparations.
func (t *tally) compilerKnown() {
	t.count(func(s *report.Summary) { s.SetupSeconds = t.sinceStart() })
}

// sound counts a task whose result is sound.
func (t *tally) sound(r *action.Result, sliced bool) {
	t.count(func(s *report.Summary) {
		if sliced {
			s.Sliced++
			if r.Cached {
				s.SliceHits++
			}
		}
		switch here := r.Service == ""; {
		case r.Cached && here:
			s.Hits++
		case r.Cached:
			s.Hits++
			s.RemoteHits++
		case here:
			s.Local++
		default:
			s.Remote++
		}
	})
}

// uncached counts a result that is stored nowhere.
func (t *tally) uncached() { t.count(func(s *report.Summary) { s.Uncached++ }) }

// compiledTwice counts a task whose sliced action ran and whose whole one must run, too.
func (t *tally) compiledTwice() { t.count(func(s *report.Summary) { s.CompiledTwice++ }) }

// fallback counts a task that this machine compiled for a worker.
func (t *tally) fallback() { t.count(func(s *report.Summary) { s.Fallbacks++ }) }

// progress says how many of the jobs have an end, and which.
func (t *tally) progress() report.Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.summary
	return report.Progress{
		Done:    s.Hits + s.Local + s.Remote + s.Failed,
		All:     s.Jobs,
		Hits:    s.Hits,
		Remote:  s.Remote,
		Local:   s.Local,
		Failed:  s.Failed,
		Elapsed: time.Since(t.started),
	}
}

// sinceStart is the time that the summary gives, in seconds.
func (t *tally) sinceStart() float64 { return report.Seconds(time.Since(t.started)) }

// end returns the summary of a link that has ended with err.
func (t *tally) end(err error) (report.Summary, error) {
	t.count(func(s *report.Summary) {
		s.WallSeconds = t.sinceStart()
		if err != nil {
			s.Error = err.Error()
		}
	})
	return t.summary, err
}
