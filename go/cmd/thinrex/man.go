//go:build !front

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"thinrex/go/host"
	"thinrex/go/option"
)

// manCommand is thinrex man: it writes the manual pages, for make install and packages.
func manCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write thinrex's manual pages into a folder",
		Hidden: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("takes one folder, not %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			for _, command := range append([]*cobra.Command{root}, root.Commands()...) {
				if command != root && !command.IsAvailableCommand() {
					continue
				}
				path := filepath.Join(args[0], pageName(command)+".1")
				if err := os.WriteFile(path, manPage(command, o.Rows()), 0o644); err != nil {
					return &host.EnvironmentError{Err: err}
				}
			}
			return nil
		},
	}
}

// pageName is thinrex-cc for thinrex cc, as git names its pages.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage returns the manual page of a command. Options that all commands share are in
// two pages: that of thinrex, and that of thinrex cc without those for links.
//
// Cobra has a generator of manual pages, too. It takes a help text for Markdown, in which
// *.o and THINREX_<NAME> mean something else, and knows no groups of options.
func manPage(cmd *cobra.Command, rows []option.Row) []byte {
	p := page{}
	p.macro("TH", strings.ToUpper(pageName(cmd)), "1", built(), "thinrex "+version(), "Manual of thinrex")
	p.macro("nh") // a broken option can't be pasted into a shell
	p.macro("SH", "NAME")
	p.line(pageName(cmd) + " - " + cmd.Short)
	p.macro("SH", "SYNOPSIS")
	p.line(cmd.UseLine())
	p.macro("SH", "DESCRIPTION")
	p.text(cmd.Long)
	p.macro("SH", "OPTIONS")
	cmd.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
		name, usage := pflag.UnquoteUsage(flag)
		p.flag(flag.Name, name, usage)
	})
	ofAll := !cmd.HasParent() || cmd.Name() == ccName
	if !ofAll {
		p.macro("PP")
		p.line("The options of thinrex(1) are accepted, too.")
	}
	for _, group := range option.Groups() {
		first := true
		for _, row := range rows {
			if !ofAll || row.Group != group || cmd.Name() == ccName && row.Phase == option.LinkOnly {
				continue
			}
			if first {
				p.macro("SS", string(group))
				first = false
			}
			p.flag(row.Name, row.ValueName(), usageWithDefault(row))
		}
	}
	p.macro("SH", "EXIT STATUS")
	p.text(strings.TrimPrefix(exitCodesHelp, "Exit codes:\n"))
	p.macro("SH", "SEE ALSO")
	p.line(seeAlso(cmd))
	return p.Bytes()
}

// usageWithDefault is an option's line in --help, with the default that is equal on all
// machines: a page is made on another one than it is read on.
func usageWithDefault(row option.Row) string {
	usage := strings.ReplaceAll(row.Usage, "`", "")
	value := strings.ReplaceAll(row.Default, "`", "")
	if value == "" {
		value = row.Value.String()
	}
	if value == "" || value == "false" {
		return usage
	}
	return usage + " (default " + value + ")"
}

// seeAlso names the pages of all other commands.
func seeAlso(cmd *cobra.Command) string {
	pages := []string{}
	for _, other := range append([]*cobra.Command{cmd.Root()}, cmd.Root().Commands()...) {
		if other != cmd && (other == cmd.Root() || other.IsAvailableCommand()) {
			pages = append(pages, pageName(other)+"(1)")
		}
	}
	return strings.Join(append(pages, "clang(1)", "ld.lld(1)"), ", ")
}

// built is the day of the commit that the program was built from: pages that are made
// twice are equal. It is "" outside a checkout.
func built() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if day, _, found := strings.Cut(setting.Value, "T"); found && setting.Key == "vcs.time" {
				return day
			}
		}
	}
	return ""
}

// A page is text in the language of man(7).
type page struct{ bytes.Buffer }

// macro writes a request such as .SH NAME.
func (p *page) macro(name string, args ...string) {
	p.WriteString("." + name)
	for _, arg := range args {
		p.WriteString(` "` + escape(arg) + `"`)
	}
	p.WriteString("\n")
}

// line writes a line of text, which is filled with its neighbours.
func (p *page) line(text string) {
	escaped := escape(text)
	if strings.HasPrefix(escaped, ".") {
		escaped = `\&` + escaped // else it would be a request
	}
	p.WriteString(escaped + "\n")
}

// text writes paragraphs. Lines that are indented stay as they are.
func (p *page) text(text string) {
	verbatim := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if indented := strings.HasPrefix(line, "  "); indented != verbatim && line != "" {
			verbatim = indented
			if verbatim {
				p.macro("PP")
				p.macro("nf")
			} else {
				p.macro("fi")
			}
		}
		if line == "" {
			p.macro("PP")
			continue
		}
		p.line(line)
	}
	if verbatim {
		p.macro("fi")
	}
}

// flag writes an option and what it means.
func (p *page) flag(name, value, usage string) {
	p.macro("TP")
	if value == "" {
		p.macro("B", "--"+name)
	} else {
		p.macro("BI", "--"+name+"=", value)
	}
	p.line(usage)
}

// troff has the characters that mean something to it, or that it prints as others.
var troff = strings.NewReplacer(
	`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "`", "\\`", "^", `\(ha`, "~", `\(ti`)

// escape makes troff print text as it stands. A dash must not become a hyphen, which
// can't be pasted into a shell.
func escape(text string) string {
	return troff.Replace(text)
}
