package cppscan

import (
	"slices"
	"strings"
)

// takeSpelledName notes the words of a name between < and > that stands in a macro. There
// the name is made of its words, so none of them may be a macro: see Respelled. libstdc++
// has one such name. It returns false for a name that may be something else.
func (s *Source) takeSpelledName(name string) bool {
	for text := []byte(name); len(text) > 0; {
		word, rest := cutName(text)
		switch {
		case len(word) == 0 && strings.IndexByte("/.+-", text[0]) >= 0:
			rest = rest[1:]
		case len(word) == 0 || word[0] == '_' || slices.Contains(predefined, string(word)):
			return false
		default:
			s.spelled = append(s.spelled, word)
		}
		text = rest
	}
	return true
}

// predefined are the compiler's own macros that don't begin with _.
var predefined = []string{"linux", "unix", "i386", "mips", "sparc"}

// Respelled returns a word of a name in a macro, among all sources of one compilation, that
// is a macro itself, or "": the compiler would look for a file of another name.
func Respelled(sources []Source) string {
	words := map[string]bool{}
	for _, s := range sources {
		for _, word := range s.spelled {
			words[string(word)] = true
		}
	}
	if len(words) == 0 {
		return ""
	}
	for _, s := range sources {
		for _, name := range s.macros {
			if words[string(name)] {
				return string(name)
			}
		}
	}
	return ""
}
