package config

import "strings"

// An rcLine is a line of an rc file with those that it is continued on.
type rcLine struct {
	text   string
	number int // of its first line, from 1
}

// splitLines joins lines that end in a backslash with the next, comments too,
// as Bazel does.
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

// splitWords splits a line into words by the rules of Bazel's client: a
// backslash keeps the next character, within either kind of quotes too; a # is
// a comment even within a word, unless quoted; quotes left open end with the
// line; empty words don't count.
func splitWords(line string) (words []string) {
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
		}
		word.Reset()
	}
	var quote byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\':
			if i++; i < len(line) {
				word.WriteByte(line[i])
			}
		case c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote = c
		case c == '#':
			end()
			return words
		case strings.IndexByte(" \t\r", c) >= 0:
			end()
		default:
			word.WriteByte(c)
		}
	}
	end()
	return words
}
