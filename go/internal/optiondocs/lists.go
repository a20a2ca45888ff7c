package main

import (
	"fmt"
	"strconv"
	"strings"

	"thinrex/go/option"
)

// renderLists returns the constants of options.bzl.
func renderLists(rows []option.Row) string {
	var b strings.Builder
	b.WriteString("\n# Attributes of the rules, and their doc strings. Each is the option of that name.\n_OPTIONS = {\n")
	for _, row := range rows {
		if row.BazelAttribute != "" {
			key := fmt.Sprintf("    %q: ", row.Name)
			fmt.Fprintf(&b, "%s%s,\n", key, wrapped(row.BazelAttribute, len(key)))
		}
	}
	b.WriteString("}\n\n# Attributes whose values are paths.\n")
	writeList(&b, "_PATHS", rows, func(row option.Row) bool {
		return row.BazelAttribute != "" && row.Path == option.WholePath
	})
	b.WriteString("# Options that name a service.\n")
	writeList(&b, "_ADDRESSES", rows, func(row option.Row) bool { return row.Address })
	b.WriteString("# Options whose values are secrets as a rule.\n")
	writeList(&b, "_SECRET", rows, func(row option.Row) bool { return row.Secret })
	return b.String()
}

func writeList(b *strings.Builder, constant string, rows []option.Row, holds func(option.Row) bool) {
	fmt.Fprintf(b, "%s = [\n", constant)
	for _, row := range rows {
		if holds(row) {
			fmt.Fprintf(b, "    %q,\n", row.Name)
		}
	}
	b.WriteString("]\n\n")
}

// columns is how long lines may be.
const columns = 120

// wrapped returns a Starlark string over as many lines as it needs, in the form
// that buildifier gives it behind so many characters.
func wrapped(text string, indent int) string {
	var lines []string
	line := ""
	for _, word := range strings.SplitAfter(text, " ") {
		if indent+len(strconv.Quote(line+word))+len(" +") > columns {
			lines = append(lines, strconv.Quote(line))
			line = ""
		}
		line += word
	}
	lines = append(lines, strconv.Quote(line))
	return strings.Join(lines, " +\n"+strings.Repeat(" ", indent))
}
