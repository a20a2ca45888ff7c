package cppscan

import (
	"bytes"
	"slices"
)

// timeMacros are those whose value changes without a change of any file.
var timeMacros = []string{"__TIME__", "__DATE__", "__TIMESTAMP__"}

// usesTimeMacro returns "holds __TIME__" or the like, or "". To define such a macro is no
// use of it, and those in fixed have another value.
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

// defines reports whether the name between these parts of a line is what a #define
// defines.
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

// Fixed returns the macros that tell the time which a source defines: what is read after
// it doesn't learn the time from them.
func (s Source) Fixed() (words []string) {
	for _, name := range s.macros {
		if word := string(name); slices.Contains(timeMacros, word) {
			words = append(words, word)
		}
	}
	return words
}
