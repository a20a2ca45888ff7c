package config

import "strings"

// An rcLine is a line of an rc file, together with its continuation lines.
type rcLine struct {
	text   string
	number int // of its first line, from 1
}

// splitLines joins a line that ends in a backslash with the next one. As in
// Bazel, this holds for comments, too.
func splitLines(text string) (lines []rcLine) {
	continues := false
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		if !continues {
			lines = append(lines, rcLine{number: i + 1})
		}
		line, continues = strings.CutSuffix(strings.TrimSuffix(line, "\r"), `\`)
		lines[len(lines)-1].text += line
	}
	return lines
}

// splitArgs splits a line into arguments by the rules of Bazel's client:
//   - a backslash keeps the next character, within either kind of quotes, too;
//   - a # begins a comment even within an argument, but not within quotes;
//   - quotes that are never closed end with the line;
//   - empty arguments are dropped.
func splitArgs(line string) (args []string) {
	var arg strings.Builder
	end := func() {
		if arg.Len() > 0 {
			args = append(args, arg.String())
		}
		arg.Reset()
	}
	var quote byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\':
			if i++; i < len(line) {
				arg.WriteByte(line[i])
			}
		case c == quote:
			quote = 0
		case quote != 0:
			arg.WriteByte(c)
		case c == '\'' || c == '"':
			quote = c
		case c == '#':
			end()
			return args
		case strings.IndexByte(" \t\r", c) >= 0:
			end()
		default:
			arg.WriteByte(c)
		}
	}
	end()
	return args
}
