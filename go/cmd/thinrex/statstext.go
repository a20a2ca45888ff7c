//go:build !front

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"thinrex/go/history"
	"thinrex/go/history/stats"
)

const (
	// mostRows bounds the table of projects.
	mostRows = 10
	// longestName bounds a project's name there, in characters.
	longestName = 32
	// mostReasons and longestReason bound the table of what isn't cached.
	mostReasons   = 5
	longestReason = 64
)

// A statsText is what thinrex stats prints for people.
type statsText struct {
	strings.Builder
	now  time.Time
	home string // the user's folder; "" if it isn't known
}

func printStats(out io.Writer, t *stats.Totals, now time.Time, home string) error {
	p := &statsText{now: now, home: home}
	p.printHead(t)
	if t.Total.Runs > 0 {
		p.printPhases(t)
		p.printRemarks(t.Total)
		p.printReasons(t.NotCached)
		if len(t.Strategies) > 0 {
			p.printRows("links by strategy", t.Strategies)
		}
		projects := append([]stats.Row{}, t.Projects...)
		for i := range projects {
			projects[i].Name = p.shortPath(projects[i].Name)
		}
		p.printRows("by project", projects)
	}
	if t.LastLink != nil {
		p.printLastLink(t.LastLink)
	}
	_, err := io.WriteString(out, p.String())
	return err
}

func (p *statsText) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// printHead says of which time the totals are, and what they leave out.
func (p *statsText) printHead(t *stats.Totals) {
	since := "since " + t.Since.In(p.now.Location()).Format("2006-01-02 15:04")
	switch {
	case t.From != stats.Oldest && t.Total.Runs > 0:
		p.line("%s (%s)", since, t.From)
	case t.From != stats.Oldest:
		p.line("no link and no compilation has begun %s (%s)", since, t.From)
	case t.Total.Runs > 0:
		p.line("%s, the oldest record", since)
	default:
		p.line("nothing is recorded yet: thinrex flags says how to link, docs/compile.md how to compile")
	}
	if t.Torn > 0 {
		p.line("damaged records, which aren't counted: %d", t.Torn)
	}
	if t.Later > 0 {
		p.line("records of a later thinrex, which aren't counted: %d", t.Later)
	}
}

// printTable prints columns behind an empty line. All but the first are aligned to the right.
func (p *statsText) printTable(lines [][]string) {
	width := 0
	for _, cells := range lines {
		width = max(width, len([]rune(cells[0])))
	}
	p.line("")
	table := tabwriter.NewWriter(p, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, cells := range lines {
		first := cells[0] + strings.Repeat(" ", width-len([]rune(cells[0])))
		fmt.Fprintf(table, "%s\t%s\t\n", first, strings.Join(cells[1:], "\t"))
	}
	table.Flush()
}

func (p *statsText) printPhases(t *stats.Totals) {
	lines := [][]string{{"", "runs", "jobs", "hits", "rate", "compiled", "failed", "saved"}}
	for _, r := range append(t.Phases, stats.Row{Name: "all", Counts: t.Total}) {
		if r.Runs == 0 {
			continue
		}
		lines = append(lines, []string{r.Name, strconv.Itoa(r.Runs), strconv.Itoa(r.Jobs), strconv.Itoa(r.Hits),
			rateText(r.Counts), strconv.Itoa(r.Compiled), strconv.Itoa(r.Failed), spanText(r.SavedSeconds)})
	}
	p.printTable(lines)
}

// printRemarks tells what the table leaves out, as far as there is any.
func (p *statsText) printRemarks(c stats.Counts) {
	lines := [][]string{}
	add := func(what, n string) { lines = append(lines, []string{what, n}) }
	for _, remark := range []struct {
		what string
		n    int
	}{
		{"hits that came from a service", c.RemoteHits},
		{"hits that slices made possible", c.SliceHits},
		{"hits for which the front end ran (IR)", c.IRHits},
		{"jobs compiled by workers", c.Remote},
		{"jobs compiled here instead of there", c.Fallbacks},
		{"compiled jobs that are in no cache", c.NotStored},
		{"jobs skipped after a failure", c.Skipped},
		{"commands that thinrex cc doesn't cache", c.PassedOn},
	} {
		if remark.n > 0 {
			add(remark.what, strconv.Itoa(remark.n))
		}
	}
	if c.BytesDownloaded > 0 || c.BytesUploaded > 0 {
		add("downloaded by links", sizeText(uint64(c.BytesDownloaded)))
		add("uploaded by links", sizeText(uint64(c.BytesUploaded)))
	}
	if len(lines) > 0 {
		p.printTable(lines)
	}
}

// printReasons prints the most frequent reasons why commands weren't cached.
func (p *statsText) printReasons(reasons []stats.Reason) {
	if len(reasons) == 0 {
		return
	}
	lines := [][]string{{"not cached, because", "commands"}}
	for _, r := range reasons[:min(len(reasons), mostReasons)] {
		why := []rune(printableName(r.Why))
		if len(why) > longestReason {
			why = append(why[:longestReason-1], '…')
		}
		lines = append(lines, []string{string(why), strconv.Itoa(r.Commands)})
	}
	p.printTable(lines)
}

// printRows prints a table with the first of some rows.
func (p *statsText) printRows(title string, rows []stats.Row) {
	lines := [][]string{{title, "runs", "jobs", "hits", "rate", "saved"}}
	for _, r := range rows[:min(len(rows), mostRows)] {
		lines = append(lines, []string{r.Name, strconv.Itoa(r.Runs), strconv.Itoa(r.Jobs), strconv.Itoa(r.Hits),
			rateText(r.Counts), spanText(r.SavedSeconds)})
	}
	p.printTable(lines)
	if more := len(rows) - mostRows; more > 0 {
		p.line("  … and %d more; --json has them", more)
	}
}

func (p *statsText) printLastLink(l *stats.LastLink) {
	p.line("")
	p.line("last link: %s in %s, %s ago", printableName(l.LinkerOutput), p.shortPath(l.Dir),
		spanText(p.now.Sub(l.Started).Seconds()))
	p.line("  %d jobs: %d hits (%s), %d compiled, %d failed; took %s, saved %s", l.Jobs, l.Hits, rateText(l.Counts),
		l.Compiled, l.Failed, spanText(l.WallSeconds), spanText(l.SavedSeconds))
	if l.Error != "" {
		first, _, _ := strings.Cut(l.Error, "\n")
		p.line("  it failed: %s", printableName(first))
	}
}

// shortPath writes ~ for the user's folder, and leaves out the begin of what is still long.
func (p *statsText) shortPath(path string) string {
	if path == "" {
		return "(unknown)"
	}
	if rest, ok := strings.CutPrefix(path, p.home); ok && p.home != "" && (rest == "" || rest[0] == '/') {
		path = "~" + rest
	}
	text := []rune(printableName(path))
	if len(text) > longestName {
		text = append([]rune("…"), text[len(text)-longestName+1:]...)
	}
	return string(text)
}

// printableName quotes a name that would spoil a terminal.
func printableName(name string) string {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return strconv.Quote(name)
	}
	return name
}

// rateText rounds down: 100.0% says that all jobs hit.
func rateText(c stats.Counts) string {
	if c.HitRate == nil {
		return "-"
	}
	return history.Percent(*c.HitRate)
}

// spanText prints a time with its two largest units.
func spanText(seconds float64) string {
	const day = 24 * time.Hour
	d := time.Duration(max(seconds, 0) * float64(time.Second))
	if d >= 10*time.Second {
		d = d.Round(time.Second)
	}
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd%02dh", d/day, d%day/time.Hour)
}
