package cppscan

import (
	"bytes"
	"fmt"
	"strings"
)

// The operators by which a source asks whether a file is there.
const (
	hasInclude     = "__has_include"
	hasIncludeNext = "__has_include_next"
	hasEmbed       = "__has_embed"
)

const aliased = "asks __has_include in a way that thinrex doesn't follow"

// findHasInclude finds the uses of __has_include and the like. It follows those after #if
// that have the file's name as it stands. Other uses set Reason: a question that macros put
// together could ask for any file.
func (s *Source) findHasInclude() {
	data := s.text
	lines := &lineReader{text: data}
	for from := 0; s.Reason == "" && !s.spent(); {
		i := indexWord(data[from:], "has_")
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
			rest = s.readQuestion(lines, start, rest, nil)
		case isPart(word) && !s.namesType(word, data[:start], rest):
			s.Reason = fmt.Sprintf("holds %s, which may become __has_include", word)
		}
		from = max(len(data)-len(rest), from+i+1)
	}
}

func isQuestion(word string) bool {
	return word == hasInclude || word == hasIncludeNext || word == hasEmbed
}

// isPart reports whether ## may join a word with another to one of these operators.
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

// namesType recognises the one use of such a part in libstdc++, struct __has_##NAME, which
// no #if can read.
func (m *meter) namesType(word string, before, rest []byte) bool {
	return word == "__has_" && bytes.HasPrefix(m.skipSpace(rest), []byte("##")) &&
		bytes.HasSuffix(bytes.TrimRight(before, " \t\v\f"), []byte("struct"))
}

// readQuestion reads the line of a use of __has_include, which begins at start and is
// followed by rest, and returns what is left to read. others are its other names.
func (s *Source) readQuestion(lines *lineReader, start int, rest []byte, others map[string]bool) []byte {
	data := s.text
	before := lines.before(start)
	s.spend(len(before))
	if bytes.Contains(before, []byte("*/")) || endsRaw(before) {
		s.Reason = "has __has_include after a comment or string that may have begun in another line"
		return rest
	}
	before = s.skipSpace(before)
	mark := 1
	if bytes.HasPrefix(before, []byte("%:")) {
		mark = 2
	} else if !bytes.HasPrefix(before, []byte("#")) {
		return rest // a comment, or an error
	}
	word, before := cutWord(s.skipSpace(before[mark:]))
	e := expression{Source: s, others: others, macro: word == "define"}
	switch word {
	case "if", "elif":
		return e.readLine(data[start-len(before):])
	case "define":
		if before = s.skipSpace(before); len(before) == 0 {
			return rest // its definition for other compilers
		}
		name, body := cutName(data[start-len(before):])
		switch {
		case len(name) > 0 && s.renames(body) && isPlainName(name):
			s.renamed = append(s.renamed, string(name))
			return rest
		case len(body) == 0 || body[0] == '(' || !isPlainName(name):
			s.Reason = aliased
			return rest
		}
		return e.readLine(body)
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
