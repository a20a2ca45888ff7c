package compile

import (
	"slices"
	"strings"
)

// restore makes of the depfile of a compilation with relative names the one of
// the command as it was given.
func (c *compilation) restore(depfile []byte) ([]byte, error) {
	if !slices.ContainsFunc(c.given(), func(name string) bool { return c.paths.relative(name) != name }) {
		return depfile, nil
	}
	names, err := parseDepfile(depfile, c.source)
	if err != nil {
		return nil, err
	}
	var targets, phony []string
	for option, target := range c.eachTarget {
		if option == "-MQ" {
			target = quoteTarget(target)
		}
		targets = append(targets, target)
	}
	for i, name := range names {
		names[i] = c.paths.original(name)
		if c.phony && name != withoutDot(c.source) {
			phony = append(phony, names[i])
		}
	}
	return writeDepfile(targets, names, phony), nil
}

// given lists the names on the command line that a depfile may repeat.
func (c *compilation) given() (names []string) {
	for _, target := range c.eachTarget {
		names = append(names, target)
	}
	for _, name := range c.paths.asked {
		names = append(names, name)
	}
	return names
}

// writeDepfile writes like clang (clang/lib/Frontend/DependencyFile.cpp), which
// counts the columns of names before they are escaped.
func writeDepfile(targets, names, phony []string) []byte {
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
		out.WriteString(" " + escapeDep.Replace(name))
		column += len(name) + 1
	}
	out.WriteByte('\n')
	for _, name := range phony {
		out.WriteString(escapeDep.Replace(name) + ":\n")
	}
	return []byte(out.String())
}

// escapeDep writes a path as clang writes it to a depfile.
var escapeDep = strings.NewReplacer(" ", `\ `, "#", `\#`, "$", "$$")

// quoteTarget does what -MQ does.
func quoteTarget(target string) string {
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
