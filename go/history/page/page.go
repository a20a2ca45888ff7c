// Package page makes the page of thinrex report: one HTML file that shows how a link went. It
// has no script and loads nothing. Its charts are inline SVG with coordinates in percent, so
// that they fit every width while their texts stay readable; colours come from its style
// sheet, for light and dark screens. docs/architecture.md says why no charting library draws them.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"

	"thinrex/go/history"
	"thinrex/go/history/explain"
)

// Content is what a page shows.
type Content struct {
	Link history.Link
	Jobs *history.Jobs // nil if the details of the link are gone

	Previous     *history.Link // the last link before it with the same output; nil if there is none
	PreviousJobs *history.Jobs // nil if they are gone

	Groups []explain.Group // why the jobs that ran weren't hits
}

//go:embed page.html
var source string

//go:embed page.css
var style string

// Write writes the page.
func Write(w io.Writer, c Content) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"seconds":  seconds,
		"size":     size,
		"count":    count,
		"baseName": baseName,
	}).Parse(source)
	if err != nil {
		return err
	}
	return t.Execute(w, newView(c))
}

// A view is what the template shows.
type view struct {
	Style  template.CSS
	Policy string // Content-Security-Policy

	Link      history.Link
	Title     string
	Ended     string // how the link ended, if it failed
	Gone      bool   // there are no details
	Glance    []string
	Tiles     []tile
	Outcomes  stack
	Compared  *comparison
	Timeline  timeline
	Reruns    reruns
	Slowest   []slowJob
	Squares   []square
	Folders   []folderRow
	Modules   []moduleRow
	MoreTexts moreTexts
	Bytes     []byteRow
}

// moreTexts say what was left out to keep the page small; "" where nothing was.
type moreTexts struct{ Modules, Squares string }

func newView(c Content) *view {
	v := &view{
		Style:    template.CSS(style),
		Policy:   policy(),
		Link:     c.Link,
		Title:    baseName(c.Link.Summary.LinkerOutput),
		Ended:    c.Link.Summary.Error,
		Gone:     c.Jobs == nil,
		Tiles:    tiles(c.Link, c.Previous),
		Outcomes: outcomesOfSummary(c.Link.Summary),
		Compared: compare(c),
		Bytes:    bytesOf(c),
	}
	jobs := jobsOf(c)
	v.Glance = glance(c, jobs)
	if v.Gone {
		return v
	}
	v.Outcomes = outcomesOf(jobs)
	v.Timeline = newTimeline(jobs, c.Link.Summary.WallSeconds)
	v.Reruns = newReruns(jobs, changedParts(c.Groups))
	v.Slowest = slowest(jobs)
	v.Squares, v.MoreTexts.Squares = squares(jobs)
	v.Folders = folders(jobs)
	v.Modules, v.MoreTexts.Modules = modules(jobs)
	return v
}

// policy allows the page nothing but its own style sheet. The names of files come from the
// records, and the template escapes them; should it ever fail to, a browser still neither runs
// nor loads anything.
func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
