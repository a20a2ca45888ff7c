//go:build !front

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"thinrex/go/history"
	"thinrex/go/history/stats"
	"thinrex/go/host"
	"thinrex/go/report"
)

// statsOptions are those of thinrex stats alone.
type statsOptions struct {
	format string
	json   bool
	since  string
	zero   bool
}

func statsCommand(o *options) *cobra.Command {
	var s statsOptions
	cmd := &cobra.Command{
		Use:   "stats [--since=TIME] [--json|--format=FORMAT] | stats --zero",
		Short: "Print how much the cache has saved: totals, and the last link",
		Long: `Print how many jobs of links and commands of thinrex cc hit, what their results
took to compile when they were made (that is what was saved), and what links
transferred: in all, by strategy, by project, and for the last link.

Totals are of what the history remembers, which is bounded. --since counts what
began since then: 90m, 24h, 7d, 2026-11-30, "2026-11-30 08:00". --zero makes
totals begin now; no record is removed, and --since still reaches behind it.`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.check(cmd); err != nil {
				return err
			}
			if err := o.complete(); err != nil {
				return err
			}
			terminal := report.NewTerminal(os.Stderr, o.Report.Verbose)
			o.warnOfVariables(terminal)
			if !o.History.Keep {
				terminal.WarnOnce("history",
					"the history is turned off, so that nothing new is counted; thinrex config says where")
			}
			dir := historyDir(o)
			if dir == "" {
				return usagef("no home folder in which a history could be; give --disk_cache=DIR")
			}
			if s.zero {
				return s.beginAnew(cmd.OutOrStdout(), history.In(dir))
			}
			return s.print(cmd.OutOrStdout(), history.In(dir), cmd.Flags().Changed("since"))
		},
	}
	cmd.Flags().StringVar(&s.format, "format", "text",
		"the output's `format`: text, json or openmetrics; see docs/operate.md")
	completeFlag(cmd, "format", "text", "json", "openmetrics")
	cmd.Flags().BoolVar(&s.json, "json", false, "the same as --format=json")
	cmd.Flags().StringVar(&s.since, "since", "", "count what began since this `time`: 24h, 7d, 2026-11-30")
	cmd.Flags().BoolVar(&s.zero, "zero", false, "make totals begin now")
	return cmd
}

// check refuses flags that don't go together.
func (s *statsOptions) check(cmd *cobra.Command) error {
	given := cmd.Flags().Changed
	switch {
	case s.zero && (s.json || given("format") || given("since")):
		return usagef("--zero prints no totals: leave out --since, --json and --format, or call thinrex stats twice")
	case s.json && given("format") && s.format != "json":
		return usagef("--json and --format=%s are two forms: give one of them", s.format)
	case s.json:
		s.format = "json"
	}
	switch s.format {
	case "text", "json", "openmetrics":
		return nil
	}
	return usagef("--format=%s isn't known: give text, json or openmetrics", s.format)
}

func (s *statsOptions) beginAnew(out io.Writer, h history.Folder) error {
	if err := h.CountFrom(time.Now()); err != nil {
		return &host.EnvironmentError{Err: fmt.Errorf("remember when totals begin: %w", err)}
	}
	fmt.Fprintln(out, "totals begin now; thinrex stats --since=TIME still counts what was before")
	return nil
}

func (s *statsOptions) print(out io.Writer, h history.Folder, sinceIsGiven bool) error {
	now := time.Now()
	since, from := time.Time{}, stats.Oldest
	if sinceIsGiven {
		var err error
		if since, err = stats.ParseSince(s.since, now); err != nil {
			return usagef("--since: %w", err)
		}
		from = stats.Asked
	} else if zero, ok := h.CountedFrom(); ok {
		since, from = zero, stats.Zeroed
	}
	totals, err := stats.Of(h, since, from)
	if err != nil {
		return &host.EnvironmentError{Err: fmt.Errorf("read the history: %w", err)}
	}
	switch s.format {
	case "json":
		return writeJSON(out, totals)
	case "openmetrics":
		return totals.WriteOpenMetrics(out)
	}
	home, _ := os.UserHomeDir() // paths are printed in full without it
	return printStats(out, totals, now, home)
}
