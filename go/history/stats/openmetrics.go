package stats

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A metric is one that OpenMetrics has of Counts.
type metric struct {
	name  string // a counter's without _total
	unit  string // the end of the name; "" for none
	help  string
	value func(Counts) float64
}

// counters are those of all that is counted. thinrex_jobs, which has a label more, isn't
// among them.
var counters = []metric{
	{"thinrex_runs", "", "Links, and commands of thinrex cc.", func(c Counts) float64 { return float64(c.Runs) }},
	{"thinrex_remote_hits", "", "Hits that came from a service.",
		func(c Counts) float64 { return float64(c.RemoteHits) }},
	{"thinrex_not_stored", "", "Compiled jobs whose result is in no cache.",
		func(c Counts) float64 { return float64(c.NotStored) }},
	{"thinrex_saved_seconds", "seconds", "How long the compilers ran, when the hits were made.",
		func(c Counts) float64 { return milliseconds(c.SavedSeconds) }},
	{"thinrex_run_seconds", "seconds", "How long the compilers ran.",
		func(c Counts) float64 { return milliseconds(c.RunSeconds) }},
	{"thinrex_uploaded_bytes", "bytes", "What links uploaded to a service.",
		func(c Counts) float64 { return float64(c.BytesUploaded) }},
	{"thinrex_downloaded_bytes", "bytes", "What links downloaded from a service.",
		func(c Counts) float64 { return float64(c.BytesDownloaded) }},
}

// An outcome is a value of the label that thinrex_jobs has in addition. Their sum is Jobs.
type outcome struct {
	name string
	of   func(Counts) int
}

var outcomes = []outcome{
	{"hit", func(c Counts) int { return c.Hits }},
	{"compiled", func(c Counts) int { return c.Compiled }},
	{"failed", func(c Counts) int { return c.Failed }},
	{"skipped", func(c Counts) int { return c.Skipped }},
	{"passed_on", func(c Counts) int { return c.PassedOn }},
}

// WriteOpenMetrics prints totals in the text form of OpenMetrics 1.0. The history forgets
// its oldest records, so that counters may get smaller. Their _created then moves, which
// tells a reader that they have begun anew.
func (t *Totals) WriteOpenMetrics(out io.Writer) error {
	w := &metricsWriter{}
	w.family("thinrex_jobs", "counter", "", "Jobs of links, and commands of thinrex cc.")
	cells := slices.SortedFunc(maps.Keys(t.cells), cell.compare)
	for _, key := range cells {
		for _, o := range outcomes {
			of := t.cells[key]
			w.counter("thinrex_jobs", append(key.labels(), "outcome", o.name), float64(o.of(of.Counts)), of.oldest)
		}
	}
	for _, m := range counters {
		w.family(m.name, "counter", m.unit, m.help)
		for _, key := range cells {
			w.counter(m.name, key.labels(), m.value(t.cells[key].Counts), t.cells[key].oldest)
		}
	}
	if t.LastLink != nil {
		w.lastLink(t.LastLink)
	}
	w.text.WriteString("# EOF\n")
	_, err := io.WriteString(out, w.text.String())
	return err
}

func (c cell) labels() []string {
	return []string{"phase", c.phase, "strategy", c.strategy, "project", c.project}
}

// A metricsWriter collects the text.
type metricsWriter struct{ text strings.Builder }

// family begins a metric; unit may be "".
func (w *metricsWriter) family(name, kind, unit, help string) {
	fmt.Fprintf(&w.text, "# TYPE %s %s\n", name, kind)
	if unit != "" {
		fmt.Fprintf(&w.text, "# UNIT %s %s\n", name, unit)
	}
	fmt.Fprintf(&w.text, "# HELP %s %s\n", name, help)
}

func (w *metricsWriter) counter(name string, labels []string, value float64, created time.Time) {
	w.sample(name+"_total", labels, value)
	w.sample(name+"_created", labels, secondsOf(created))
}

// lastLink writes gauges of the last link.
func (w *metricsWriter) lastLink(l *LastLink) {
	labels := cell{Links, l.Strategy, l.Project}.labels()
	w.family("thinrex_last_link_jobs", "gauge", "", "Jobs of the last link.")
	for _, o := range outcomes {
		w.sample("thinrex_last_link_jobs", append(labels[:len(labels):len(labels)], "outcome", o.name),
			float64(o.of(l.Counts)))
	}
	gauge := func(name, unit, help string, value float64) {
		w.family(name, "gauge", unit, help)
		w.sample(name, labels, value)
	}
	if l.HitRate != nil {
		gauge("thinrex_last_link_hit_ratio", "ratio", "Hits by hits and compiled jobs of the last link.", *l.HitRate)
	}
	gauge("thinrex_last_link_wall_seconds", "seconds", "How long the last link's jobs took.", l.WallSeconds)
	gauge("thinrex_last_link_saved_seconds", "seconds",
		"How long the compilers ran, when the hits of the last link were made.", l.SavedSeconds)
	gauge("thinrex_last_link_started_timestamp_seconds", "seconds", "When the last link began.", secondsOf(l.Started))
}

// labelText escapes the value of a label.
var labelText = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// sample writes one value. Labels are names and values; those without a value are left out.
func (w *metricsWriter) sample(name string, labels []string, value float64) {
	var list []string
	for pair := range slices.Chunk(labels, 2) {
		if pair[1] != "" {
			list = append(list, pair[0]+`="`+labelText.Replace(strings.ToValidUTF8(pair[1], "\ufffd"))+`"`)
		}
	}
	fmt.Fprintf(&w.text, "%s{%s} %s\n", name, strings.Join(list, ","), strconv.FormatFloat(value, 'f', -1, 64))
}

// secondsOf is a time as OpenMetrics has it, in milliseconds' precision.
func secondsOf(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }
