//go:build !front

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/history"
	"thinrex/go/history/explain"
	"thinrex/go/host"
	"thinrex/go/report"
)

func explainCommand(o *options) *cobra.Command {
	e := explanation{options: o}
	cmd := &cobra.Command{
		Use:   "explain [--json] [--min_hit_rate=PERCENT] [LINK | MODULE | SOURCE]",
		Short: "Say why jobs of a link, or a compilation, weren't in the cache",
		Long: `Say of the last link how many jobs hit and where from, and why the others missed,
against what this machine remembers of earlier links. Or of one that is named:

  thinrex explain app            the last link of app; or the ID of any link
  thinrex explain parser.o       one module; a part of its name is enough
  thinrex explain src/parser.cc  the last compilation by thinrex cc

With --min_hit_rate=90, the exit code is 1 if the link's hit rate, as thinrex stats
gives it, is less than 90 %: hits by hits and compiled jobs.`,
		Args:                  cobra.MaximumNArgs(1),
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, args []string) error {
			e.checkRate = cmd.Flags().Changed("min_hit_rate")
			if e.checkRate && (e.minHitRate < 0 || e.minHitRate > 100) {
				return usagef("--min_hit_rate=%v: give a percentage, from 0 to 100", e.minHitRate)
			}
			e.printer = explain.Printer{Out: cmd.OutOrStdout(), Now: time.Now()}
			return e.run(cmd.Context(), strings.Join(args, ""))
		},
	}
	cmd.Flags().BoolVar(&e.asJSON, "json", false, "print JSON: see docs/operate.md")
	cmd.Flags().Float64Var(&e.minHitRate, "min_hit_rate", 0,
		"exit with 1 if fewer than this `percent`age of the link's jobs were hits")
	return cmd
}

// An explanation is one run of thinrex explain.
type explanation struct {
	*options
	asJSON     bool
	checkRate  bool
	minHitRate float64
	printer    explain.Printer
	records    explain.Records
}

// explanationVersion changes when what a reader of the JSON knows no longer holds.
const explanationVersion = 1

// explanationJSON is what --json prints. docs/operate.md describes it.
type explanationJSON struct {
	Version     int                  `json:"version"`
	Link        *explain.Link        `json:"link,omitempty"`
	Hits        []explain.Place      `json:"hits,omitempty"`
	Misses      []explain.Group      `json:"misses,omitempty"`
	Jobs        []explain.Job        `json:"jobs,omitempty"`
	Compilation *explain.Compilation `json:"compilation,omitempty"`
}

// run explains what has a name; "" stands for the last link.
func (e *explanation) run(ctx context.Context, name string) error {
	if err := e.complete(); err != nil {
		return err
	}
	if err := e.readHistory(); err != nil {
		return err
	}
	if name == "" {
		if len(e.records.Links) == 0 {
			return e.unknown(name)
		}
		return e.link(ctx, e.records.Links[len(e.records.Links)-1])
	}
	found, ok := e.records.Find(name)
	switch {
	case !ok:
		return e.unknown(name)
	case found.Compilation != nil:
		return e.compilation(*found.Compilation)
	case found.Modules != nil:
		return e.jobs(ctx, *found.Link, found.Modules)
	}
	return e.link(ctx, *found.Link)
}

// readHistory finds the records in the state folder that links and compilations with these
// options write to.
func (e *explanation) readHistory() (err error) {
	terminal := report.NewTerminal(os.Stderr, e.Report.Verbose)
	e.warnOfVariables(terminal)
	e.records, err = readRecords(e.options, terminal)
	return err
}

func readRecords(o *options, terminal *report.Terminal) (r explain.Records, err error) {
	kept := history.In(historyDir(o))
	links, unread, err := kept.LastLinks()
	if err != nil {
		return r, &host.EnvironmentError{Err: fmt.Errorf("read the history: %w", err)}
	}
	tellUnread(terminal, unread)
	r = explain.Records{Links: links, Jobs: rememberLast(kept.Jobs)}
	r.Compilations = func(text string) []history.Compilation {
		compilations, unread, err := kept.CompilationsWith(text)
		if err != nil {
			terminal.WarnOnce("compilations", "some records of compilations can't be read: %v", err)
		}
		tellUnread(terminal, unread)
		return compilations
	}
	return r, nil
}

// rememberLast keeps the details that were read last: a name is looked for in those of the
// link that is explained then.
func rememberLast(read func(id string) (*history.Jobs, error)) func(id string) (*history.Jobs, error) {
	last, jobs := "", (*history.Jobs)(nil)
	return func(id string) (*history.Jobs, error) {
		if id == last {
			return jobs, nil
		}
		read, err := read(id)
		if err == nil {
			last, jobs = id, read
		}
		return read, err
	}
}

func tellUnread(terminal *report.Terminal, unread history.Unread) {
	if unread.Later > 0 {
		terminal.WarnOnce("later", "records of a later thinrex, which are left out: %d", unread.Later)
	}
}

// link explains all jobs of a link.
func (e *explanation) link(ctx context.Context, l history.Link) error {
	explained, err := e.records.Link(l, func(string) bool { return true })
	if err != nil {
		return e.withoutDetails(l, err)
	}
	defer e.compareSlices(ctx, explained.Compiler)()
	groups := e.records.Groups(explained.Explained)
	if e.asJSON {
		err = writeJSON(e.printer.Out, explanationJSON{
			Version: explanationVersion,
			Link:    &explained,
			Hits:    explain.Places(explained.Explained),
			Misses:  groups,
		})
	} else {
		e.printer.Link(explained, groups)
	}
	return errors.Join(err, e.checkHitRate(l))
}

// withoutDetails is the error for a link of which no more than its record can be read.
func (e *explanation) withoutDetails(l history.Link, err error) error {
	err = fmt.Errorf("the link of %s, %s: %w", l.Summary.LinkerOutput, l.Started.Local().Format(time.DateTime), err)
	if errors.Is(err, history.ErrNoJobs) || errors.Is(err, history.ErrLater) {
		return &usageError{err}
	}
	return &host.EnvironmentError{Err: err}
}

// jobs explains some jobs of a link.
func (e *explanation) jobs(ctx context.Context, l history.Link, modules []string) error {
	wanted := map[string]bool{}
	for _, m := range modules {
		wanted[m] = true
	}
	explained, err := e.records.Link(l, func(module string) bool { return wanted[module] })
	if err != nil {
		return e.withoutDetails(l, err)
	}
	defer e.compareSlices(ctx, explained.Compiler)()
	jobs := explained.Explained
	if e.asJSON {
		for i := range jobs {
			e.records.Complete(explained, &jobs[i])
		}
		err = writeJSON(e.printer.Out, explanationJSON{Version: explanationVersion, Link: &explained, Jobs: jobs})
		return errors.Join(err, e.checkHitRate(l))
	}
	for i, job := range jobs {
		if i == mostJobsExplained {
			fmt.Fprintf(e.printer.Out, "%d more modules of that link have this in their names\n", len(jobs)-i)
			break
		}
		e.records.Complete(explained, &job)
		e.printer.Job(explained, job)
	}
	return e.checkHitRate(l)
}

// mostJobsExplained bounds how many modules one name explains.
const mostJobsExplained = 5

func (e *explanation) compilation(c history.Compilation) error {
	if e.checkRate {
		return usagef("--min_hit_rate is for links: %s is a source of thinrex cc", c.Source)
	}
	explained := e.records.Compilation(c)
	if e.asJSON {
		return writeJSON(e.printer.Out, explanationJSON{Version: explanationVersion, Compilation: &explained})
	}
	e.printer.Compilation(explained)
	return nil
}

// checkHitRate fails if fewer jobs of a link were hits than --min_hit_rate asks for.
func (e *explanation) checkHitRate(l history.Link) error {
	rate, ok := l.HitRate()
	if !e.checkRate || !ok || 100*rate >= e.minHitRate {
		return nil
	}
	fmt.Fprintf(os.Stderr, "thinrex: the hit rate of %s is %s, less than --min_hit_rate=%v"+
		" (%d of the %d jobs that hit or were compiled)\n",
		printableName(l.Summary.LinkerOutput), history.Percent(rate), e.minHitRate, l.Summary.Hits,
		l.Summary.Hits+l.Summary.Local+l.Summary.Remote)
	return errExit(exitCompilation)
}

// unknown says that nothing in the history has a name, and what has one.
func (e *explanation) unknown(name string) error {
	known := e.records.Known(name, config.Nearest)
	dir := historyDir(e.options)
	nothing := len(known.Links) == 0 && len(e.records.Compilations("")) == 0
	switch {
	case nothing && !e.History.Keep:
		return usagef("nothing is remembered in %s: the history is turned off; thinrex config says where", dir)
	case nothing:
		return usagef("nothing is remembered in %s: no link and no compilation with this --disk_cache"+
			" has left a record that can be read", dir)
	case name == "":
		return usagef("no link is remembered in %s; thinrex explain SOURCE explains a compilation by thinrex cc", dir)
	}
	hint := ""
	if known.Near != "" {
		hint = fmt.Sprintf("; did you mean %s?", known.Near)
	}
	var list strings.Builder
	explain.Printer{Out: &list, Now: e.printer.Now}.Links(known.Links)
	return usagef("no link, module or source called %q is remembered in %s%s\n%s", name, dir, hint,
		strings.TrimSuffix("the last links are:\n"+list.String(), "\n"))
}
