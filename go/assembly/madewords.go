package assembly

import (
	"fmt"
	"slices"
	"strings"
)

// wildcard is the part of a word that a macro or an operand replaces. No word has this
// byte.
const wildcard = '*'

// findMadeWords finds words that aren't directives, but may become directives when
// parts of them are replaced. text is in lower case.
func (r *Reader) findMadeWords(text string, template bool) {
	word := make([]byte, 0, 64)
	operand := false // the word has an operand
	start := 0       // of the word in the text
	end := func(at int) {
		r.addWord(string(word), text[start:at], operand)
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

// parameter returns the length of the part at the start of a text that a macro
// replaces: \name, \(), \@ and the like.
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

// variable returns the length of an operand of a template, or of a macro's argument
// such as Darwin's $0, at the start of a text. It returns 1 if there is none, and -2
// for $$, which is a dollar sign.
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

// addWord finds out whether a word with wildcards may become a directive. spelt is the
// word in the text.
func (r *Reader) addWord(word, spelt string, operand bool) {
	wild := strings.Count(word, string(wildcard))
	if wild == 0 {
		return
	}
	r.operands = r.operands || operand
	if wild == len(word) && wild == 1 {
		return // the word that replaces it is in a text as a whole
	}
	i := slices.IndexFunc(directives, func(directive string) bool { return matches(word, directive) })
	switch {
	case i < 0:
	case operand:
		r.unclear = fmt.Sprintf("an operand may make %s of %s", directives[i], quoted(spelt))
	case wild < len(word):
		r.unclear = fmt.Sprintf("an assembler macro may make %s of %s", directives[i], quoted(spelt))
	default: // perhaps only "\r\n"
		r.joined = spelt
	}
}

// quoted returns a word of a text for a message: on one line, and not too long.
func quoted(word string) string {
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

// matches reports whether a word becomes text when its wildcards are replaced.
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
