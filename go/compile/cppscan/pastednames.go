package cppscan

import (
	"bytes"
	"strings"
)

// maxParts is of how many parts ## is taken to make a name. Of more, single
// letters make any.
const maxParts = 3

// maxName is the length of a name that is looked into.
const maxName = 200

// refusePasted refuses the sources that have another name for __has_include
// which ## may make of words of any source: the use of such a name isn't seen.
func refusePasted(sources []Source, others map[string]bool) {
	if len(others) == 0 || !pastes(sources) {
		return
	}
	parts := wordsWithin(sources, others)
	for i := range sources {
		s := &sources[i]
		for _, name := range s.renamed {
			if s.Reason == "" && (len(name) > maxName || madeOf(name, parts)) {
				s.Reason = aliased
			}
		}
	}
}

func pastes(sources []Source) bool {
	for _, s := range sources {
		if bytes.Contains(s.text, []byte("##")) || bytes.Contains(s.text, []byte("%:%:")) {
			return true
		}
	}
	return false
}

// wordsWithin returns the words of all sources that are a part of a name.
func wordsWithin(sources []Source, names map[string]bool) map[string]bool {
	within := map[string]bool{}
	for name := range names {
		if len(name) > maxName {
			continue
		}
		for start := range len(name) {
			for end := start + 1; end <= len(name); end++ {
				within[name[start:end]] = false
			}
		}
	}
	var begins [256]bool // with which byte they do
	for part := range within {
		begins[part[0]] = true
	}
	for _, s := range sources {
		for text := afterMacroName(s.text); len(text) > 0; {
			switch {
			case lineEnd(text) > 0:
				text = afterMacroName(text[1:])
				continue
			case !isNameByte(text[0]):
				text = text[1:]
				continue
			}
			word, rest := cutName(text)
			if len(word) <= maxName && begins[word[0]] {
				if seen, ok := within[string(word)]; ok && !seen {
					within[string(word)] = true
				}
			}
			text = rest
		}
	}
	return within
}

// afterMacroName skips a directive at the start of a line that takes a macro's
// name as it stands, and that name: it isn't there for ## to take. Qt 5 defines
// QT_HAS_INCLUDE and QT_HAS_INCLUDE_NEXT, and has words such as _N and EXT.
func afterMacroName(line []byte) []byte {
	const blanks = " \t"
	text, ok := bytes.CutPrefix(bytes.TrimLeft(line, blanks), []byte("#"))
	if !ok {
		return line
	}
	word, rest := cutWord(bytes.TrimLeft(text, blanks))
	switch name := bytes.TrimLeft(rest, blanks); {
	case len(name) == len(rest):
		return line // part of a longer word
	case word == "define", word == "undef", word == "ifdef", word == "ifndef":
		_, rest = cutName(name)
		return rest
	}
	return line
}

// madeOf reports whether a name is made of two parts, or a few more. Numbers are
// always at hand: __LINE__ is one.
func madeOf(name string, parts map[string]bool) bool {
	fewest := make([]int, len(name)+1) // by the length of what they make; 0 if they don't
	for end := 1; end <= len(name); end++ {
		for start := range end {
			part := name[start:end]
			whole := start == 0 && end == len(name)
			if whole || start > 0 && fewest[start] == 0 || !parts[part] && strings.Trim(part, "0123456789") != "" {
				continue
			}
			if n := fewest[start] + 1; fewest[end] == 0 || n < fewest[end] {
				fewest[end] = n
			}
		}
	}
	n := fewest[len(name)]
	return n > 0 && n <= maxParts
}
