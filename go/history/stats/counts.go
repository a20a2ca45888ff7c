package stats

import (
	"math"
	"strings"

	"thinrex/go/history"
)

// Counts are what links and commands did. Jobs = Hits + Compiled + Failed + Skipped +
// PassedOn.
type Counts struct {
	Runs     int `json:"runs"` // links, or commands
	Jobs     int `json:"jobs"` // of links; a command is one
	Hits     int `json:"hits"`
	Compiled int `json:"compiled"`
	Failed   int `json:"failed"`    // the compiler failed
	Skipped  int `json:"skipped"`   // not compiled, or ended, because the link failed
	PassedOn int `json:"passed_on"` // commands that are none thinrex cc caches; the compiler ran as it was called

	RemoteHits int `json:"remote_hits"` // of Hits: from a service
	SliceHits  int `json:"slice_hits"`  // of Hits: the jobs' imported modules differed, but in nothing that they import
	IRHits     int `json:"ir_hits"`     // of Hits: the front end ran, the optimiser didn't
	Remote     int `json:"remote"`      // of Compiled: by workers
	Fallbacks  int `json:"fallbacks"`   // of Compiled: here instead of on a worker
	NotStored  int `json:"not_stored"`  // of Compiled: the result is in no cache

	HitRate *float64 `json:"hit_rate"` // see history.HitRate; nil if there is none

	SavedSeconds    float64 `json:"saved_seconds"` // how long the compilers ran, when the hits were made
	RunSeconds      float64 `json:"run_seconds"`   // how long the compilers ran now
	BytesUploaded   int64   `json:"bytes_uploaded"`
	BytesDownloaded int64   `json:"bytes_downloaded"` // both for links only
}

func (c *Counts) add(o Counts) {
	c.Runs += o.Runs
	c.Jobs += o.Jobs
	c.Hits += o.Hits
	c.Compiled += o.Compiled
	c.Failed += o.Failed
	c.Skipped += o.Skipped
	c.PassedOn += o.PassedOn
	c.RemoteHits += o.RemoteHits
	c.SliceHits += o.SliceHits
	c.IRHits += o.IRHits
	c.Remote += o.Remote
	c.Fallbacks += o.Fallbacks
	c.NotStored += o.NotStored
	c.SavedSeconds += o.SavedSeconds
	c.RunSeconds += o.RunSeconds
	c.BytesUploaded += o.BytesUploaded
	c.BytesDownloaded += o.BytesDownloaded
}

// finish sets HitRate, and rounds seconds: floats leave dust in a sum.
func (c *Counts) finish() {
	c.SavedSeconds, c.RunSeconds = milliseconds(c.SavedSeconds), milliseconds(c.RunSeconds)
	if rate, ok := history.HitRate(c.Hits, c.Compiled); ok {
		c.HitRate = &rate
	}
}

// ofLink counts the jobs of a link.
func ofLink(l history.Link) Counts {
	s := l.Summary
	c := Counts{
		Runs:            1,
		Hits:            number(s.Hits),
		Compiled:        number(s.Local) + number(s.Remote),
		Failed:          number(s.Failed),
		Skipped:         number(s.Skipped),
		RemoteHits:      number(s.RemoteHits),
		SliceHits:       number(s.SliceHits),
		Remote:          number(s.Remote),
		Fallbacks:       number(s.Fallbacks),
		NotStored:       number(s.Uncached),
		SavedSeconds:    seconds(l.SavedSeconds),
		RunSeconds:      seconds(l.RunSeconds),
		BytesUploaded:   int64(number(s.BytesUploaded)),
		BytesDownloaded: int64(number(s.BytesDownloaded)),
	}
	c.Jobs = c.Hits + c.Compiled + c.Failed + c.Skipped
	return c
}

// ofCommand counts a command of thinrex cc.
func ofCommand(r history.Compilation) Counts {
	c := Counts{Runs: 1, Jobs: 1}
	switch r.Outcome {
	case history.Hit:
		c.Hits = 1
		c.SavedSeconds = seconds(r.Ran)
	case history.IRHit:
		c.Hits, c.IRHits = 1, 1
		c.SavedSeconds = seconds(r.Ran - r.Seconds) // the front end ran
	case history.Failed:
		c.Failed = 1
	case history.NotCached:
		c.PassedOn = 1
	case history.NotStored:
		c.Compiled, c.NotStored = 1, 1
	default:
		c.Compiled = 1
	}
	if c.Hits > 0 && strings.HasPrefix(r.From, history.FromService("")) {
		c.RemoteHits = 1
	}
	if c.Compiled > 0 {
		c.RunSeconds = seconds(r.Ran)
	}
	return c
}

// number and seconds keep one damaged record from spoiling the sums of all.
func number[N int | int64](n N) int { return int(min(max(n, 0), 1<<40)) }

func seconds(s float64) float64 { return min(max(s, 0), 1e9) }

func milliseconds(s float64) float64 { return math.Round(s*1000) / 1000 }
