//go:build !front

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"

	"thinrex/go/config"
	"thinrex/go/option"
	"thinrex/go/report"
)

func configCommand(o *options) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "config [--json] [thinrex's flags]",
		Short: "Print the options in force here, and where each comes from",
		Long: `Print each option, its value, and which place has set it: a flag, a variable, a
line of thinrex.toml or of a .bazelrc, or none (default). Values of headers are
hidden. Flags on a link's command line are known to that link alone: give them
to this command, too, to see what they change.`,
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use has them
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			o.warnOfVariables(report.NewTerminal(os.Stderr, o.Report.Verbose))
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), effectiveConfig(o.flags))
			}
			return printConfig(cmd.OutOrStdout(), o.flags)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: see docs/operate.md")
	return cmd
}

// printConfig prints a table with a line for each value.
func printConfig(out io.Writer, flags *config.Flags) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range flags.Effective() {
		values := e.Values
		if len(values) == 0 || len(values) == 1 && values[0] == "" {
			values = []string{textOfNone(e)}
		}
		for _, value := range values {
			if strings.ContainsFunc(value, unicode.IsControl) {
				value = strconv.Quote(value) // else it would spoil the table
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", e.Name, value, e.Source)
		}
	}
	return table.Flush()
}

// textOfNone stands for an option without a value.
func textOfNone(e config.Effective) string {
	text := strings.ReplaceAll(e.Default, "`", "")
	if e.Source.Place != config.Default || text == "" || strings.HasPrefix(text, "[") {
		return "-"
	}
	return "(" + text + ")"
}

// configVersion changes when what a reader of the JSON knows no longer holds.
const configVersion = 1

// A configJSON is what --json prints. docs/operate.md describes it.
type configJSON struct {
	Version int          `json:"version"`
	File    string       `json:"file,omitempty"`
	Options []optionJSON `json:"options"`
}

type optionJSON struct {
	Name   string       `json:"name"`
	Value  any          `json:"value"` // a text, or a list of texts
	Place  config.Place `json:"place"`
	Source string       `json:"source,omitempty"` // --NAME, THINREX_NAME, or FILE:LINE
}

func effectiveConfig(flags *config.Flags) configJSON {
	all := configJSON{Version: configVersion, File: flags.File(), Options: []optionJSON{}}
	for _, e := range flags.Effective() {
		o := optionJSON{Name: e.Name, Place: e.Source.Place}
		if _, list := e.Value.(option.List); list {
			o.Value = append([]string{}, e.Values...)
		} else {
			o.Value = e.Values[0]
		}
		if e.Source.Place != config.Default {
			o.Source = e.Source.String()
		}
		all.Options = append(all.Options, o)
	}
	return all
}

// writeJSON prints a value for programs, in a form that people can read, too.
func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
