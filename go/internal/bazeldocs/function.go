package main

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// function writes a macro or another function: its signature and its doc string,
// with the sections Args, Returns and Deprecated that buildifier knows.
func (p *page) function(name string, f *starlark.Function) error {
	if f.Doc() == "" {
		return errors.New("it has no doc string")
	}
	fmt.Fprintf(p, "\n### %s\n\n`%s(%s)`\n", name, name, strings.Join(parameters(f), ", "))
	text, sections := split(f.Doc())
	fmt.Fprintf(p, "\n%s\n", prose(text))
	for _, s := range sections {
		if s.title != "Args" {
			fmt.Fprintf(p, "\n%s: %s\n", s.title, prose(dedent(s.lines)))
			continue
		}
		p.WriteString("\n| parameter | meaning |\n| --- | --- |\n")
		for _, entry := range entries(s.lines) {
			name, meaning, _ := strings.Cut(entry, ":")
			fmt.Fprintf(p, "| `%s` | %s |\n", name, cell(meaning))
		}
	}
	return nil
}

// parameters returns f's as a caller writes them.
func parameters(f *starlark.Function) []string {
	var list []string
	last := f.NumParams()
	if f.HasKwargs() {
		last--
	}
	if f.HasVarargs() {
		last--
	}
	for i := range last {
		name, _ := f.Param(i)
		if value := f.ParamDefault(i); value != nil {
			name += " = " + value.String()
		}
		list = append(list, name)
	}
	for i := last; i < f.NumParams(); i++ {
		name, _ := f.Param(i)
		if i == last && f.HasVarargs() {
			name = "*" + name
		} else {
			name = "**" + name
		}
		list = append(list, name)
	}
	return list
}

type section struct {
	title string
	lines []string
}

// split divides a doc string into its text and its sections, whose lines are
// indented below a title.
func split(doc string) (text string, sections []section) {
	lines := strings.Split(doc, "\n")
	indent := margin(lines[1:])
	var head []string
	for i, line := range lines {
		if i > 0 && len(line) >= indent {
			line = line[indent:]
		}
		switch title := strings.TrimSuffix(line, ":"); title {
		case "Args", "Returns", "Deprecated":
			if title != line {
				sections = append(sections, section{title: title})
				continue
			}
		}
		if n := len(sections); n > 0 {
			sections[n-1].lines = append(sections[n-1].lines, line)
		} else {
			head = append(head, line)
		}
	}
	return strings.Join(head, "\n"), sections
}

// margin returns how far all lines with text are indented.
func margin(lines []string) int {
	least := -1
	for _, line := range lines {
		text := strings.TrimLeft(line, " ")
		if n := len(line) - len(text); text != "" && (least < 0 || n < least) {
			least = n
		}
	}
	return max(least, 0)
}

func dedent(lines []string) string {
	n := margin(lines)
	var out []string
	for _, line := range lines {
		out = append(out, line[min(n, len(line)):])
	}
	return strings.Join(out, "\n")
}

// entries joins the lines of each entry of a section: further lines are indented.
func entries(lines []string) []string {
	var list []string
	for _, line := range strings.Split(dedent(lines), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, " ") && len(list) > 0:
			list[len(list)-1] += " " + strings.TrimSpace(line)
		default:
			list = append(list, line)
		}
	}
	return list
}

// prose is a doc string as Markdown, which it is but for its indentation.
func prose(doc string) string {
	first, rest, more := strings.Cut(strings.TrimSpace(doc), "\n")
	if !more {
		return first
	}
	return first + "\n" + dedent(strings.Split(rest, "\n"))
}

// cell is a doc string in a table.
func cell(doc string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(doc), " "), "|", `\|`)
}
