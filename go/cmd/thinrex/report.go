//go:build !front

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"thinrex/go/history"
	linkpage "thinrex/go/history/page"
	"thinrex/go/history/trace"
	"thinrex/go/host"
	"thinrex/go/report"
)

func reportCommand(o *options) *cobra.Command {
	r := linkReport{explanation: explanation{options: o}}
	cmd := &cobra.Command{
		Use:   "report [LINK] [--output=FILE] [--trace=FILE]",
		Short: "Write a page that shows how a link went: what ran, when and why",
		Long: `Write an HTML page about the last link, or one that is named: a timeline of its jobs,
hits and misses by module, what ran again because of what, and the link before. The
page is one file, which loads nothing; open it in a browser.

  thinrex report                      the last link, to ` + defaultPage + `
  thinrex report app --output=a.html  the last link of app; or the ID of any link
  thinrex report --trace=app.json     as trace events, for ui.perfetto.dev

With --trace alone, no page is written. - stands for the standard output.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("takes one link, not %d\n%s --help says how to use it", len(args), cmd.CommandPath())
			}
			return nil
		},
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, args []string) error {
			if r.output == "-" && r.trace == "-" {
				return usagef("--output=- and --trace=- both write to the standard output: give one of them a file")
			}
			if r.trace == "" {
				r.output = cmp.Or(r.output, defaultPage)
			}
			r.stdout = cmd.OutOrStdout()
			return r.write(cmd.Context(), strings.Join(args, ""))
		},
	}
	cmd.Flags().StringVar(&r.output, "output", "", "write the page to this `file` (default "+defaultPage+")")
	cmd.Flags().StringVar(&r.trace, "trace", "", "write Chrome trace events to this `file`")
	return cmd
}

const defaultPage = "thinrex-report.html"

// A linkReport is one run of thinrex report.
type linkReport struct {
	explanation
	output, trace string // files; "" for none, - for stdout
	stdout        io.Writer
}

// write writes what is wanted of the link with a name; "" stands for the last one.
func (r *linkReport) write(ctx context.Context, name string) error {
	if err := r.complete(); err != nil {
		return err
	}
	if err := r.readHistory(); err != nil {
		return err
	}
	link, err := r.linkNamed(name)
	if err != nil {
		return err
	}
	jobs, err := r.records.Jobs(link.ID)
	if err != nil {
		if r.trace != "" {
			return usagef("no trace of the link of %s: %w", link.Summary.LinkerOutput, err)
		}
		report.NewTerminal(os.Stderr, r.Report.Verbose).WarnOnce("jobs",
			"the page has totals only: link %s of %s: %v", link.ID, link.Summary.LinkerOutput, err)
	}
	link.Started = link.Started.Local()
	if r.trace != "" {
		err := r.writeFile(r.trace, "trace", link, func(w io.Writer) error { return trace.Write(w, link, jobs) })
		if err != nil {
			return err
		}
	}
	if r.output == "" {
		return nil
	}
	content, end := r.content(ctx, link, jobs)
	defer end()
	return r.writeFile(r.output, "page", link, func(w io.Writer) error { return linkpage.Write(w, content) })
}

// linkNamed finds a link as thinrex explain does.
func (r *linkReport) linkNamed(name string) (link history.Link, err error) {
	if name == "" {
		if len(r.records.Links) == 0 {
			return link, r.unknown(name)
		}
		return r.records.Links[len(r.records.Links)-1], nil
	}
	found, ok := r.records.Find(name)
	switch {
	case !ok:
		return link, r.unknown(name)
	case found.Link == nil:
		return link, usagef("%s is a compilation by thinrex cc, and reports are about links; thinrex explain %s explains it",
			name, name)
	}
	return *found.Link, nil
}

// content collects what a page shows. The caller calls end when the page is written.
func (r *linkReport) content(
	ctx context.Context, link history.Link, jobs *history.Jobs,
) (c linkpage.Content, end func()) {
	c = linkpage.Content{Link: link, Jobs: jobs, Previous: r.previous(link)}
	if c.Previous != nil {
		c.PreviousJobs, _ = r.records.Jobs(c.Previous.ID) // without them, the page compares totals
	}
	if jobs == nil {
		return c, func() {}
	}
	explained, err := r.records.Link(link, func(string) bool { return true })
	if err != nil { // its details could be read a moment ago
		return c, func() {}
	}
	end = r.compareSlices(ctx, explained.Compiler)
	c.Groups = r.records.Groups(explained.Explained)
	return c, end
}

// previous returns the last link before one that made the same file; nil if there is none.
func (r *linkReport) previous(link history.Link) *history.Link {
	for _, l := range slices.Backward(r.records.Links) {
		if l.ID != link.ID && l.Started.Before(link.Started) && l.Host == link.Host && l.Dir == link.Dir &&
			l.Summary.LinkerOutput == link.Summary.LinkerOutput {
			l.Started = l.Started.Local()
			return &l
		}
	}
	return nil
}

// writeFile writes a file in one go, so that an error while it is made doesn't leave a part
// of it, and says where it is.
func (r *linkReport) writeFile(path, what string, link history.Link, write func(io.Writer) error) error {
	var content bytes.Buffer
	if err := write(&content); err != nil {
		return fmt.Errorf("make the %s of link %s: %w", what, link.ID, err)
	}
	if path == "-" {
		_, err := r.stdout.Write(content.Bytes())
		return err
	}
	if err := os.WriteFile(path, content.Bytes(), 0o644); err != nil {
		return &host.EnvironmentError{Err: fmt.Errorf("the %s isn't written: %w", what, err)}
	}
	if r.output == "-" || r.trace == "-" {
		return nil // stdout is for the other one
	}
	_, err := fmt.Fprintf(r.stdout, "%s: the %s of %s, linked on %s, %s\n", path, what,
		link.Summary.LinkerOutput, link.Started.Format("2 January 2006 at 15:04:05"), sizeText(uint64(content.Len())))
	return err
}
