package explain

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"thinrex/go/history"
)

// A Printer writes explanations for people.
type Printer struct {
	Out io.Writer
	Now time.Time
}

// print leaves out of names and reasons what would spoil a terminal.
func (p Printer) print(format string, args ...any) {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = strings.Map(func(r rune) rune {
				if unicode.IsControl(r) {
					return '?'
				}
				return r
			}, text)
		}
	}
	fmt.Fprintf(p.Out, format, args...)
}

// Link prints the whole of a link: how many jobs hit and missed, and why.
func (p Printer) Link(l Link, groups []Group) {
	rate := ""
	if l.HitRate != nil {
		rate = " (" + history.Percent(*l.HitRate) + ")"
	}
	p.print("%s: %s, %s%s, %s in %s\n",
		l.Output, plural(l.Jobs, "job"), plural(l.Hits, "hit"), rate, ago(l.Started, p.Now), l.Dir)
	for _, place := range Places(l.Explained) {
		p.print("%6d %-6s  %s\n", place.Jobs, many(place.Jobs, "hit", "hits"), place.From)
	}
	for n, g := range groups {
		if n == mostGroups {
			p.print("%6d misses  for %d more sets of causes\n", jobsIn(groups[n:]), len(groups)-n)
			break
		}
		for i, c := range g.Causes {
			if i == 0 {
				p.print("%6d %-6s", len(g.Modules), many(len(g.Modules), "miss", "misses"))
			} else {
				p.print("%13s", "")
			}
			if i == mostListed {
				p.print("  and %d more causes\n", len(g.Causes)-i)
				break
			}
			p.print("  %s\n", c.Text())
			p.advice(c, "               ")
		}
		p.print("%15s%s\n", "", list(g.Modules))
	}
}

// Job prints one job of a link.
func (p Printer) Job(l Link, job Job) {
	p.print("%s in the link of %s, %s: %s\n",
		job.Module, l.Output, ago(l.Started, p.Now), ending(job.Outcome, job.From, job.Ran))
	p.causes(job.Causes)
	if job.Whole != "" {
		p.print("  it read the modules that it imports from whole: %s\n", job.Whole)
	}
	if job.Before != "" {
		p.print("  compared with the link of %s\n", ago(job.at, p.Now))
	}
	if job.MadeBy != nil {
		p.Compilation(*job.MadeBy)
	}
}

// Compilation prints one command of thinrex cc.
func (p Printer) Compilation(c Compilation) {
	p.print("%s, %s in %s: %s\n", name(c), ago(c.Started, p.Now), c.Dir, ending(c.Outcome, c.From, c.Ran))
	p.causes(c.Causes)
	if c.Before != nil {
		p.print("  compared with the compilation of %s\n", ago(*c.Before, p.Now))
	}
}

func name(c Compilation) string {
	if c.Source == "" {
		return "a command of thinrex cc"
	}
	return c.Source
}

func (p Printer) causes(causes []Cause) {
	for _, c := range causes {
		p.print("  %s\n", c.Text())
		p.advice(c, "  ")
	}
}

func (p Printer) advice(c Cause, indent string) {
	if c.Advice != "" {
		p.print("%s→ %s\n", indent, c.Advice)
	}
}

// Links lists links that can be explained.
func (p Printer) Links(links []history.Link) {
	for _, l := range links {
		p.print("  %s  %s, %s, %s in %s\n",
			l.ID, l.Summary.LinkerOutput, plural(l.Summary.Jobs, "job"), ago(l.Started, p.Now), l.Dir)
	}
}

// mostGroups bounds what is printed of a link. JSON has all.
const mostGroups = 12

func jobsIn(groups []Group) (jobs int) {
	for _, g := range groups {
		jobs += len(g.Modules)
	}
	return jobs
}

func many(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}
