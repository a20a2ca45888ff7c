package cppscan

import (
	"bytes"
	"slices"
)

// timeMacros holds the macros that change without a change of any file.
var timeMacros = []string{"__TIME__", "__DATE__", "__TIMESTAMP__"}

// usesTimeMacro says which of the clock's macros a text holds, or "". Where it
// only defines one, it doesn't ask.
func (m *meter) usesTimeMacro(data []byte, fixed []string) string {
	for _, word := range timeMacros {
		if slices.Contains(fixed, word) {
			continue
		}
		lines := lineReader{text: data}
		for at := 0; ; {
			i := indexWord(data[at:], word)
			if i < 0 || m.spent() {
				break
			}
			start := at + i
			if at = start + len(word); !m.defines(lines.before(start), data[at:]) {
				return "holds " + word
			}
		}
	}
	return ""
}

// defines reports whether the name between the start of a line and what follows
// is one that a #define gives a meaning.
func (m *meter) defines(line, after []byte) bool {
	if len(after) > 0 && isNameByte(after[0]) {
		return false
	}
	line = m.skipSpace(line)
	if !bytes.HasPrefix(line, []byte("#")) {
		return false
	}
	word, between := cutWord(m.skipSpace(line[1:]))
	return word == "define" && len(between) > 0 && len(m.skipSpace(between)) == 0
}

// Fixed returns those of the clock's macros that a source defines. What is read
// after it doesn't ask the clock by these names.
func (s Source) Fixed() (words []string) {
	for _, name := range s.macros {
		if word := string(name); slices.Contains(timeMacros, word) {
			words = append(words, word)
		}
	}
	return words
}
