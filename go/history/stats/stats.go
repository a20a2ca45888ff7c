// Package stats sums up the history: what thinrex stats prints, for people and for
// programs. docs/operate.md describes the forms.
package stats

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/history"
)

// Version is that of the JSON form. It changes when what a reader knows no longer holds; a
// new key alone doesn't change it.
const Version = 1

// Totals are what the history says of a time. They are the JSON form.
type Totals struct {
	Version    int       `json:"version"`
	Since      time.Time `json:"since,omitzero"` // of the first record that is counted, if From is Oldest
	From       From      `json:"since_from"`     // why counting starts there
	Torn       int       `json:"torn"`           // damaged records, which aren't counted
	Later      int       `json:"later"`          // records of a later thinrex, likewise
	Total      Counts    `json:"total"`          // of all phases
	Phases     []Row     `json:"phases"`         // one for each
	Strategies []Row     `json:"strategies"`     // of links, the one with most jobs first
	Projects   []Row     `json:"projects"`       // likewise, of links and commands
	NotCached  []Reason  `json:"not_cached"`     // why commands were passed on, the most frequent reason first
	LastLink   *LastLink `json:"last_link"`      // nil if no link is counted

	cells   map[cell]*counted
	reasons map[string]int
}

// From says why counting starts where it does.
type From string

// The reasons.
const (
	Oldest From = "oldest record"
	Zeroed From = "--zero"
	Asked  From = "--since"
)

// The names of the phases.
const (
	Links        = "links"        // their jobs
	Compilations = "compilations" // commands that make bitcode
	Backends     = "backends"     // commands that make an object of bitcode
)

// A Row is one line of a table.
type Row struct {
	Name string `json:"name"`
	Counts
}

// A LastLink is the last link that is counted.
type LastLink struct {
	ID           string    `json:"id"`
	Started      time.Time `json:"started"`
	Dir          string    `json:"dir"`
	Project      string    `json:"project"`
	Strategy     string    `json:"strategy"`
	LinkerOutput string    `json:"linker_output"`
	WallSeconds  float64   `json:"wall_seconds"`
	Error        string    `json:"error,omitempty"`
	Counts
}

// A cell is what records are counted under.
type cell struct{ phase, strategy, project string }

type counted struct {
	Counts
	oldest time.Time // when the first began that was counted
}

// Of sums up the records of what was started at some time or later.
func Of(h history.Folder, since time.Time, from From) (*Totals, error) {
	t := &Totals{Version: Version, Since: since, From: from, cells: map[cell]*counted{}, reasons: map[string]int{}}
	var links []history.Link
	var unreadLinks history.Unread
	var reading errgroup.Group // most of the time goes into reading
	reading.Go(func() (err error) {
		links, unreadLinks, err = h.Links(since)
		return err
	})
	commands, unreadCommands, err := h.Compilations(since)
	if err := errors.Join(reading.Wait(), err); err != nil {
		return nil, err
	}
	t.Torn = unreadLinks.Torn + unreadCommands.Torn
	t.Later = unreadLinks.Later + unreadCommands.Later
	for _, l := range links {
		t.count(cell{Links, l.Strategy, l.Project}, l.Started, ofLink(l))
		if t.LastLink == nil || !l.Started.Before(t.LastLink.Started) {
			t.LastLink = lastLink(l)
		}
	}
	for _, c := range commands {
		phase := Compilations
		if c.Phase == history.BackendPhase {
			phase = Backends
		}
		t.count(cell{phase, "", c.Project}, c.Started, ofCommand(c))
		if c.Outcome == history.NotCached {
			t.reasons[reasonOf(c)]++
		}
	}
	t.sumUp()
	return t, nil
}

// count adds what began at a time.
func (t *Totals) count(key cell, at time.Time, c Counts) {
	if t.From == Oldest && (t.Since.IsZero() || at.Before(t.Since)) {
		t.Since = at
	}
	of := t.cells[key]
	if of == nil {
		of = &counted{oldest: at}
		t.cells[key] = of
	}
	of.add(c)
	if at.Before(of.oldest) {
		of.oldest = at
	}
}

// sumUp makes the tables.
func (t *Totals) sumUp() {
	phases := map[string]*Counts{Links: {}, Compilations: {}, Backends: {}}
	strategies, projects := map[string]*Counts{}, map[string]*Counts{}
	into := func(rows map[string]*Counts, name string, c Counts) {
		if rows[name] == nil {
			rows[name] = &Counts{}
		}
		rows[name].add(c)
	}
	for _, key := range slices.SortedFunc(maps.Keys(t.cells), cell.compare) { // sums of floats depend on the order
		c := t.cells[key].Counts
		t.Total.add(c)
		into(phases, key.phase, c)
		into(projects, key.project, c)
		if key.phase == Links {
			into(strategies, key.strategy, c)
		}
	}
	t.Total.finish()
	for _, name := range []string{Links, Compilations, Backends} {
		phases[name].finish()
		t.Phases = append(t.Phases, Row{name, *phases[name]})
	}
	t.Strategies, t.Projects = busiestFirst(strategies), busiestFirst(projects)
	t.NotCached = mostFrequent(t.reasons)
}

func (c cell) compare(other cell) int {
	return cmp.Or(strings.Compare(c.phase, other.phase), strings.Compare(c.strategy, other.strategy),
		strings.Compare(c.project, other.project))
}

func busiestFirst(rows map[string]*Counts) []Row {
	list := []Row{}
	for name, c := range rows {
		c.finish()
		list = append(list, Row{name, *c})
	}
	slices.SortFunc(list, func(a, b Row) int { return cmp.Or(b.Jobs-a.Jobs, strings.Compare(a.Name, b.Name)) })
	return list
}

func lastLink(l history.Link) *LastLink {
	last := &LastLink{
		ID:           l.ID,
		Started:      l.Started,
		Dir:          l.Dir,
		Project:      l.Project,
		Strategy:     l.Strategy,
		LinkerOutput: l.Summary.LinkerOutput,
		WallSeconds:  l.Summary.WallSeconds,
		Error:        l.Summary.Error,
		Counts:       ofLink(l),
	}
	last.finish()
	return last
}
