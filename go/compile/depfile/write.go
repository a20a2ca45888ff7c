package depfile

import "strings"

// Write makes a depfile with the same line breaks as clang's
// (clang/lib/Frontend/DependencyFile.cpp), which counts the columns of names before they
// are escaped. Targets are written as they stand. Each name in phony gets an empty rule.
func Write(targets, names, phony []string) []byte {
	const most = 75
	var out strings.Builder
	column := 0
	for _, target := range targets {
		switch n := len(target); {
		case column == 0:
			column = n
		case column+n+2 > most:
			column = n + 2
			out.WriteString(" \\\n  ")
		default:
			column += n + 1
			out.WriteByte(' ')
		}
		out.WriteString(target)
	}
	out.WriteByte(':')
	column++
	for _, name := range names {
		if column+len(name)+1+2 > most {
			out.WriteString(" \\\n ")
			column = 2
		}
		out.WriteString(" " + escape.Replace(name))
		column += len(name) + 1
	}
	out.WriteByte('\n')
	for _, name := range phony {
		out.WriteString(escape.Replace(name) + ":\n")
	}
	return []byte(out.String())
}

var escape = strings.NewReplacer(" ", `\ `, "#", `\#`, "$", "$$")

// QuoteTarget escapes a target as -MQ does.
func QuoteTarget(target string) string {
	var out strings.Builder
	for i, c := range []byte(target) {
		switch c {
		case ' ', '\t':
			before := target[:i]
			out.WriteString(strings.Repeat(`\`, len(before)-len(strings.TrimRight(before, `\`))) + `\`)
		case '$':
			out.WriteByte('$')
		case '#':
			out.WriteByte('\\')
		}
		out.WriteByte(c)
	}
	return out.String()
}
