package cppscan

import (
	"bytes"
	"fmt"
)

// renames reports whether a macro is nothing but another name for __has_include, by its
// parameters and body: X __has_include, or X(y) __has_include(y).
func (m *meter) renames(body []byte) bool {
	var param []byte
	if bytes.HasPrefix(body, []byte("(")) {
		body = m.skipSpace(body[1:])
		if rest, ok := bytes.CutPrefix(body, []byte("...")); ok {
			param, body = []byte("__VA_ARGS__"), rest
		} else if param, body = cutName(body); len(param) == 0 {
			return false
		}
		if body = m.skipSpace(body); !bytes.HasPrefix(body, []byte(")")) {
			return false
		}
		body = body[1:]
	}
	word, rest := cutName(m.skipSpace(body))
	if string(word) != hasInclude && string(word) != hasIncludeNext {
		return false
	}
	if param != nil {
		for _, token := range []string{"(", string(param), ")"} {
			after, ok := bytes.CutPrefix(m.skipSpace(rest), []byte(token))
			if !ok {
				return false
			}
			rest = after
		}
	}
	rest = m.skipSpace(rest)
	return len(rest) == 0 || lineEnd(rest) > 0 || bytes.HasPrefix(rest, []byte("//"))
}

// maxRenamed bounds the other names for __has_include in one compilation, because each is
// looked for in all texts. Libraries have one each, but few libraries do.
const maxRenamed = 16

// Follow adds the probes of macros that are other names for __has_include: one that any
// source of a compilation defines, all others may use. The sources need their texts.
func Follow(sources []Source) {
	others := map[string]bool{}
	for i := range sources {
		for _, name := range sources[i].renamed {
			others[name] = true
		}
		if len(others) > maxRenamed && sources[i].Reason == "" {
			sources[i].Reason = fmt.Sprintf("has yet another name for __has_include, after %d", maxRenamed)
			return
		}
	}
	for i := range sources {
		s := &sources[i]
		for name := range others {
			s.followName(name, others)
		}
		if s.Reason == "" && len(others) > 0 && s.spent() {
			s.Reason = tooLong
		}
	}
	refusePasted(sources, others)
}

func (s *Source) followName(name string, others map[string]bool) {
	lines := &lineReader{text: s.text}
	for from := 0; s.Reason == "" && !s.spent(); {
		i := indexWord(s.text[from:], name)
		if i < 0 {
			return
		}
		start := from + i
		word, rest := cutName(s.text[start:])
		if from = start + len(word); len(word) == len(name) && (start == 0 || !isNameByte(s.text[start-1])) {
			from = max(from, len(s.text)-len(s.readQuestion(lines, start, rest, others)))
		}
	}
}

// isPlainName reports whether a name has one spelling only: a character beyond ASCII may
// also be written as \u….
func isPlainName(name []byte) bool {
	return !bytes.ContainsFunc(name, func(r rune) bool { return r >= 0x80 })
}

// Renames reports whether a source has another name for __has_include.
func (s Source) Renames() bool { return len(s.renamed) > 0 }
