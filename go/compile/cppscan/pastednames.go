package cppscan

import (
	"bytes"
	"iter"
	"strings"
	"sync"
)

// maxParts is from how many parts ## is believed to make a name. From more parts, single
// letters would make any name.
const maxParts = 3

// maxName is the length of the longest name whose parts are looked for.
const maxName = 200

// refusePasted sets the Reason of sources that define another name for __has_include which
// ## may put together from words of any source: Follow doesn't see the use of such a name.
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

// wordsWithin returns the words of all sources that are a part of one of the names.
func wordsWithin(sources []Source, names map[string]bool) map[string]bool {
	within := map[string]bool{}
	longest := 0
	for name := range names {
		if len(name) > maxName {
			continue
		}
		longest = max(longest, len(name))
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
		for word := range wordsOf(s.text) {
			if len(word) <= longest && begins[word[0]] {
				if seen, ok := within[string(word)]; ok && !seen {
					within[string(word)] = true
				}
			}
		}
	}
	return within
}

// wordsOf yields the words of a text, but for the names of macros where they are defined.
// It goes through megabytes of headers, so it looks up what a byte is.
func wordsOf(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		kinds := bytesByKind()
		for text = afterMacroName(text); len(text) > 0; {
			end := 0
			for end < len(text) && kinds[text[end]] == otherByte {
				end++
			}
			if text = text[end:]; len(text) == 0 {
				return
			}
			if kinds[text[0]] == lineByte {
				text = afterMacroName(text[1:])
				continue
			}
			end = 1
			for end < len(text) && kinds[text[end]] == nameByte {
				end++
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}

// The kinds of bytes that wordsOf tells apart.
const (
	otherByte = iota
	nameByte
	lineByte // ends a line
)

var bytesByKind = sync.OnceValue(func() *[256]byte {
	kinds := &[256]byte{'\n': lineByte, '\r': lineByte}
	for c := range kinds {
		if isNameByte(byte(c)) {
			kinds[c] = nameByte
		}
	}
	return kinds
})

// afterMacroName skips #define and the like at the start of a line, with the macro's name,
// which ## can't join to anything there. Without that Qt 5 would be refused: it defines
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

// madeOf reports whether a name can be joined from two of the parts, or a few more. Any
// number counts as a part, because __LINE__ may give it.
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
