package assembly

import (
	"fmt"
	"slices"
	"strings"
)

// wildcard stands in a word for what a macro or an operand puts there. No
// word has this byte.
const wildcard = '*'

// made finds words that aren't directives as they stand, but may become some
// when parts of them are replaced. text is in lower case.
func (r *Reader) made(text string, template bool) {
	word := make([]byte, 0, 64)
	operand := false // the word has one
	start := 0       // of the word in the text
	end := func(at int) {
		r.word(string(word), text[start:at], operand)
		word, operand = word[:0], false
	}
	for i := 0; i < len(text); {
		n := 1
		if len(word) == 0 {
			start = i
		}
		switch c := text[i]; {
		case isWordByte(c):
			word = append(word, c)
		case c == '\\':
			n = parameter(text[i:])
			word = append(word, wildcard)
		case c == '$':
			if n = variable(text[i:], template); n > 1 {
				word = append(word, wildcard)
				operand = operand || template
			} else {
				end(i)
				n = max(1, -n)
			}
		default:
			end(i)
		}
		i += n
	}
	end(len(text))
}

// parameter is the length of what a macro replaces at the start of a text:
// \name, \(), \@ and the like.
func parameter(text string) int {
	if strings.HasPrefix(text, `\()`) {
		return 3
	}
	n := 1
	for n < len(text) && (isWordByte(text[n]) || text[n] == '$') {
		n++
	}
	if n == 1 && n < len(text) {
		n++
	}
	return n
}

// variable is the length of an operand of a template, or of a macro's argument
// $0 as on Darwin, at the start of a text; or at most 1 if there is none, and
// then -2 for $$, which is a dollar sign.
func variable(text string, template bool) int {
	n := 1
	switch {
	case len(text) == 1:
		return 1
	case template && text[1] == '$':
		return -2
	case template && text[1] == '{':
		for n = 2; n < len(text) && (isWordByte(text[n]) || text[n] == ':'); n++ {
		}
		if n < len(text) && text[n] == '}' {
			return n + 1
		}
		return 1 // an error to LLVM
	case template:
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		return n
	case text[1] == 'n' || text[1] >= '0' && text[1] <= '9':
		return 2
	}
	return 1
}

// word judges one word with wildcards. spelt is how it stands in the text.
func (r *Reader) word(word, spelt string, operand bool) {
	wild := strings.Count(word, string(wildcard))
	if wild == 0 {
		return
	}
	r.operands = r.operands || operand
	if wild == len(word) && wild == 1 {
		return // what replaces it stands elsewhere as a whole
	}
	i := slices.IndexFunc(directives, func(directive string) bool { return matches(word, directive) })
	switch {
	case i < 0:
	case operand:
		r.unclear = fmt.Sprintf("an operand may make %s of %s", directives[i], shown(spelt))
	case wild < len(word):
		r.unclear = fmt.Sprintf("an assembler macro may make %s of %s", directives[i], shown(spelt))
	default: // perhaps only "\r\n"
		r.joined = spelt
	}
}

// shown is a word of a text as a message quotes it: on one line, and not too long.
func shown(word string) string {
	const most = 40
	if len(word) > most {
		word = word[:most] + "..."
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, word)
}

// matches reports whether something in the place of each wildcard makes text
// of a word.
func matches(word, text string) bool {
	parts := strings.Split(word, string(wildcard))
	if len(parts) == 1 {
		return word == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(first)+len(last) > len(text) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

func isWordByte(c byte) bool {
	return c == '_' || c == '.' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// lowerASCII is strings.ToLower for ASCII alone: other bytes stay as they are.
func lowerASCII(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower)
}
