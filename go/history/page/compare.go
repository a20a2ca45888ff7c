package page

import (
	"fmt"
	"math"

	"thinrex/go/history"
)

// A tile is one figure at the top of the page.
type tile struct{ Label, Value, Before string }

func tiles(l history.Link, previous *history.Link) []tile {
	s := l.Summary
	all := []tile{
		{Label: "hit rate", Value: rateText(l)},
		{Label: "the link took", Value: seconds(s.WallSeconds)},
		{Label: "saved by hits", Value: secondsOf(s.Hits, l.SavedSeconds)},
		{Label: "compilers ran", Value: secondsOf(s.Local+s.Remote, l.RunSeconds)},
	}
	if previous == nil {
		return all
	}
	for i, t := range tiles(*previous, nil) {
		all[i].Before = "before: " + t.Value
	}
	return all
}

func rateText(l history.Link) string {
	rate, ok := l.HitRate()
	if !ok {
		return "–"
	}
	return history.Percent(rate)
}

// secondsOf is how long the compilers of some jobs ran. Not each worker tells, and results of
// earlier versions don't either.
func secondsOf(jobs int, s float64) string {
	if jobs > 0 && s == 0 {
		return "not known"
	}
	return seconds(s)
}

// A comparison sets the link beside the last one before it with the same output.
type comparison struct {
	Previous history.Link
	Rows     []comparedRow
	Texts    []string // which modules are new, gone, or no longer hits
}

type comparedRow struct{ Label, Now, Before, Change string }

func compare(c Content) *comparison {
	if c.Previous == nil {
		return nil
	}
	now, before := c.Link, *c.Previous
	compared := &comparison{Previous: before}
	add := func(label string, a, b int64, text func(int64) string) {
		if a != 0 || b != 0 {
			compared.Rows = append(compared.Rows, comparedRow{label, text(a), text(b), difference(a-b, text)})
		}
	}
	numbers := func(label string, a, b int) {
		add(label, int64(a), int64(b), func(n int64) string { return count(int(n)) })
	}
	times := func(label string, a, b float64) {
		milliseconds := func(n int64) string { return seconds(float64(n) / 1000) }
		add(label, int64(math.Round(1000*a)), int64(math.Round(1000*b)), milliseconds)
	}
	sizes := func(label string, a, b int64) { add(label, a, b, size) }
	a, b := now.Summary, before.Summary
	numbers("jobs", a.Jobs, b.Jobs)
	numbers("hits", a.Hits, b.Hits)
	numbers("compiled on this machine", a.Local, b.Local)
	numbers("compiled by workers", a.Remote, b.Remote)
	numbers("failed", a.Failed, b.Failed)
	times("the link took", a.WallSeconds, b.WallSeconds)
	times("compilers ran", now.RunSeconds, before.RunSeconds)
	times("saved by hits", now.SavedSeconds, before.SavedSeconds)
	sizes("downloaded", a.BytesDownloaded, b.BytesDownloaded)
	sizes("uploaded", a.BytesUploaded, b.BytesUploaded)
	compared.Texts = moduleChanges(c)
	return compared
}

func difference(n int64, text func(int64) string) string {
	switch {
	case n > 0:
		return "+" + text(n)
	case n < 0:
		return "−" + text(-n)
	}
	return "the same"
}

// moduleChanges compares the modules of both links.
func moduleChanges(c Content) []string {
	if c.Jobs == nil || c.PreviousJobs == nil {
		return nil
	}
	before := map[string]history.Job{}
	for _, j := range c.PreviousJobs.Jobs {
		before[moduleName(c.PreviousJobs, j.Module)] = j
	}
	added, lost := 0, 0
	for _, j := range jobsOf(c) {
		old, known := before[j.Name]
		delete(before, j.Name)
		switch {
		case !known:
			added++
		case job{Kind: kindOf(old)}.hit() && j.compiled():
			lost++
		}
	}
	var texts []string
	say := func(n int, text string) {
		if n > 0 {
			texts = append(texts, fmt.Sprintf("%s %s", counted(n, "module"), text))
		}
	}
	say(added, "new in this link")
	say(len(before), "no longer in it")
	say(lost, "compiled in this link, hit in the one before")
	return texts
}

// A byteRow is a row of the table of bytes.
type byteRow struct {
	Label string
	Size  int64
}

func bytesOf(c Content) []byteRow {
	var rows []byteRow
	add := func(label string, n int64) {
		if n > 0 {
			rows = append(rows, byteRow{label, n})
		}
	}
	add("downloaded from services, as sent", c.Link.Summary.BytesDownloaded)
	add("uploaded to services, as sent", c.Link.Summary.BytesUploaded)
	if c.Jobs == nil {
		return rows
	}
	of := map[kind]int64{}
	for _, j := range jobsOf(c) {
		of[j.Kind] += j.Bytes
	}
	for _, k := range kinds {
		add("outputs: "+k.Label, of[k])
	}
	read := int64(0)
	for _, f := range c.Jobs.Files {
		read += f.Size
	}
	add("files that jobs read, each counted once", read)
	return rows
}
