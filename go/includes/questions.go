package includes

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The operators by which a source asks whether a file is there.
const (
	hasInclude     = "__has_include"
	hasIncludeNext = "__has_include_next"
	hasEmbed       = "__has_embed"
)

const aliased = "asks __has_include in a way that isn't followed"

// questions finds the uses of __has_include and its like. Only those that have
// a name as it stands, after #if, are followed. By another name, or put
// together of parts, they could ask for anything.
func (s *Source) questions(data []byte) {
	for from := 0; s.Reason == ""; {
		i := bytes.Index(data[from:], []byte("has_"))
		if i < 0 {
			return
		}
		start := from + i
		for start > 0 && isNameByte(data[start-1]) {
			start--
		}
		name, rest := cutName(data[start:])
		switch word := string(name); {
		case isQuestion(word):
			rest = s.question(data, start, rest)
		case isPart(word) && !namesType(word, data[:start], rest):
			s.Reason = fmt.Sprintf("holds %s, which may become __has_include", word)
		}
		from = max(len(data)-len(rest), from+i+1)
	}
}

func isQuestion(word string) bool {
	return word == hasInclude || word == hasIncludeNext || word == hasEmbed
}

// isPart reports whether ## may make a question of a word and another one.
func isPart(word string) bool {
	rest := strings.TrimLeft(word, "_")
	switch len(word) - len(rest) {
	case 0, 1:
		return rest == hasInclude[2:] || rest == hasIncludeNext[2:] || rest == hasEmbed[2:]
	case 2:
		return strings.HasPrefix(hasIncludeNext, word) || strings.HasPrefix(hasEmbed, word)
	}
	return false
}

// namesType knows the one use of a part in libstdc++: struct __has_##NAME.
// That is nothing which #if could read.
func namesType(word string, before, rest []byte) bool {
	return word == "__has_" && bytes.HasPrefix(skipSpace(rest), []byte("##")) &&
		bytes.HasSuffix(bytes.TrimRight(before, " \t\v\f"), []byte("struct"))
}

// question reads the line of a question that starts at start and is followed by
// rest, and returns what is left to read.
func (s *Source) question(data []byte, start int, rest []byte) []byte {
	line := bytes.LastIndexAny(data[:start], "\n\r") + 1
	before := data[line:start]
	if bytes.Contains(before, []byte("*/")) || endsRaw(before) {
		s.Reason = "has __has_include after a comment or string that may have begun in another line"
		return rest
	}
	before = skipSpace(before)
	mark := 1
	if bytes.HasPrefix(before, []byte("%:")) {
		mark = 2
	} else if !bytes.HasPrefix(before, []byte("#")) {
		return rest // a comment, or an error
	}
	word, before := cutWord(skipSpace(before[mark:]))
	switch word {
	case "if", "elif":
		return s.expression(data[start-len(before):], false)
	case "define":
		if before = skipSpace(before); len(before) == 0 {
			return rest // its definition for other compilers
		}
		_, body := cutName(data[start-len(before):])
		if len(body) == 0 || body[0] == '(' {
			s.Reason = aliased
			return rest
		}
		return s.expression(body, true)
	}
	return rest // no other directive asks
}

// endsRaw reports whether a string R"(…)" may end in text.
func endsRaw(text []byte) bool {
	for {
		_, after, ok := bytes.Cut(text, []byte(")"))
		if !ok {
			return false
		}
		if i := bytes.IndexAny(after, "\" \t()\\"); i >= 0 && after[i] == '"' {
			return true
		}
		text = after
	}
}

// expression reads what follows #if, or a macro's name, up to the end of the
// line, and returns the rest.
func (s *Source) expression(text []byte, macro bool) []byte {
	var calls []bool // for each open parenthesis, whether it may be a macro's
	name, defined := false, false
	for s.Reason == "" {
		text = skipSpace(text)
		if lineEnd(text) > 0 || len(text) == 0 || bytes.HasPrefix(text, []byte("//")) {
			break
		}
		c := text[0]
		switch {
		case isNameByte(c):
			word, rest := cutName(text)
			if isQuestion(string(word)) && !defined {
				if slices.Contains(calls, true) {
					s.Reason = aliased
				}
				rest, calls = s.ask(string(word), rest, macro), append(calls, false)
			}
			if c >= '0' && c <= '9' {
				rest = cutNumber(rest)
			}
			text, name, defined = rest, true, string(word) == "defined"
			continue
		case c == '(':
			calls = append(calls, name && !defined)
			text, name = text[1:], false
			continue
		case c == ')' && len(calls) > 0:
			calls = calls[:len(calls)-1]
			text = text[1:]
		case c == '"' || c == '\'':
			text = s.literal(text)
		case c == '#' || c == '\\' || bytes.HasPrefix(text, []byte("%:")):
			s.Reason = aliased
		default:
			text = text[1:]
		}
		name, defined = false, false
	}
	return text
}

// cutNumber skips what a number has between the digits of its parts.
func cutNumber(text []byte) []byte {
	for len(text) > 1 && text[0] == '\'' && isNameByte(text[1]) {
		_, text = cutName(text[1:])
	}
	return text
}

// literal skips a string or a character.
func (s *Source) literal(text []byte) []byte {
	for i := 1; i < len(text) && lineEnd(text[i:]) == 0; i++ {
		switch text[i] {
		case text[0]:
			return text[i+1:]
		case '\\':
			i++
		}
	}
	s.Reason = aliased
	return nil
}

// ask notes what one question asks for.
func (s *Source) ask(word string, text []byte, macro bool) []byte {
	open := skipSpace(text)
	if word == hasEmbed {
		s.Reason = "asks " + hasEmbed
		return text
	}
	if len(open) == 0 || open[0] != '(' {
		s.Reason = aliased
		return text
	}
	open = skipSpace(open[1:])
	name, quoted, ok := headerName(open)
	if !ok || macro && (quoted || !s.spell(name)) {
		s.Reason = aliased
		return text
	}
	s.Probes = append(s.Probes, Probe{name, quoted, true})
	return open[len(name)+2:]
}
