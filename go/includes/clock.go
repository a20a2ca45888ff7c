package includes

import (
	"bytes"
	"slices"
)

// clock holds the macros that change without a change of any file.
var clock = []string{"__TIME__", "__DATE__", "__TIMESTAMP__"}

// readsClock says which of the clock's macros a text holds, or "". Where it
// only defines one, it doesn't ask.
func readsClock(data []byte, fixed []string) string {
	for _, word := range clock {
		if slices.Contains(fixed, word) {
			continue
		}
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte(word))
			if i < 0 {
				break
			}
			start := at + i
			if at = start + len(word); !defines(data, start, at) {
				return "holds " + word
			}
		}
	}
	return ""
}

// defines reports whether the name from start to end is one that a #define
// gives a meaning.
func defines(data []byte, start, end int) bool {
	if end < len(data) && isNameByte(data[end]) {
		return false
	}
	line := skipSpace(data[bytes.LastIndexAny(data[:start], "\n\r")+1 : start])
	if !bytes.HasPrefix(line, []byte("#")) {
		return false
	}
	word, between := cutWord(skipSpace(line[1:]))
	return word == "define" && len(between) > 0 && len(skipSpace(between)) == 0
}

// Fixed returns those of the clock's macros that a source defines. What is read
// after it doesn't ask the clock by these names.
func (s Source) Fixed() (words []string) {
	for _, name := range s.macros {
		if word := string(name); slices.Contains(clock, word) {
			words = append(words, word)
		}
	}
	return words
}
