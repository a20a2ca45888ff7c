package main

import (
	"cmp"
	"fmt"
	"strings"

	"thinrex/go/option"
)

// renderTables returns a table for each group, in Markdown.
func renderTables(rows []option.Row) string {
	var b strings.Builder
	for _, group := range option.Groups() {
		fmt.Fprintf(&b, "\n### %s\n\n| option | default | meaning |\n| --- | --- | --- |\n", group)
		for _, row := range rows {
			if row.Group == group {
				fmt.Fprintf(&b, "| %s |%s| %s |\n", nameCell(row), defaultCell(row), meaningCell(row))
			}
		}
	}
	b.WriteString("\nThese are for links alone, and `thinrex cc` refuses them as flags:\n")
	for _, row := range rows {
		if row.Phase == option.LinkOnly {
			fmt.Fprintf(&b, "- `--%s`\n", row.Name)
		}
	}
	b.WriteString("\n")
	return b.String()
}

// nameCell holds the option's names, its kind of value, and whether a .bazelrc may
// give it.
func nameCell(row option.Row) string {
	var names []string
	for _, name := range row.Names() {
		text := "--" + name
		if value := row.ValueName(); value != "" {
			text += "=" + value
		}
		names = append(names, "`"+text+"`")
	}
	cell := strings.Join(names, ", ")
	if row.FromBazelRC {
		cell += " ᴮ"
	}
	return cell
}

func defaultCell(row option.Row) string {
	text := row.Default
	if value := row.Value.String(); text == "" && value != "" {
		text = "`" + value + "`"
	}
	if text == "" {
		return " "
	}
	return " " + text + " "
}

// meaningCell is the row's text for this page. In the text for --help, backquotes
// mark the value's name, which the first cell has.
func meaningCell(row option.Row) string {
	text := cmp.Or(row.Doc, strings.ReplaceAll(row.Usage, "`", ""))
	return strings.ReplaceAll(text, "|", `\|`)
}
