package history

import (
	"fmt"
	"math"
)

// HitRate is the rate that stats, explain and report give: hits by hits and compiled jobs,
// from 0 to 1. Jobs that failed or were skipped, and commands that were passed on, say nothing
// of the cache. ok is false if there were neither hits nor compiled jobs.
func HitRate(hits, compiled int) (rate float64, ok bool) {
	if hits+compiled <= 0 {
		return 0, false
	}
	return float64(hits) / float64(hits+compiled), true
}

// HitRate is that of the link's jobs.
func (l Link) HitRate() (rate float64, ok bool) {
	return HitRate(l.Summary.Hits, l.Summary.Local+l.Summary.Remote)
}

// Percent writes a rate from 0 to 1, rounded down: 100.0% says that nothing missed.
func Percent(rate float64) string { return fmt.Sprintf("%.1f%%", math.Floor(rate*1000)/10) }
