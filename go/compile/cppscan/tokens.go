package cppscan

import (
	"bytes"
	"unicode"
)

// joinLines joins lines that end with a backslash and, as clang allows, blanks after it. A
// carriage return alone ends a line, too.
func joinLines(data []byte) []byte {
	var out []byte
	for rest := data; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			if out == nil {
				return data
			}
			return append(out, rest...)
		}
		if out == nil {
			out = make([]byte, 0, len(data))
		}
		after := bytes.TrimLeft(rest[i+1:], " \t\v\f\x00")
		if end := lineEnd(after); end == 0 {
			after, i = rest[i+1:], i+1
		} else {
			after = after[end:]
		}
		out, rest = append(out, rest[:i]...), after
	}
}

// lineEnd is the length of the end of a line at the start of text, or 0.
func lineEnd(text []byte) int {
	switch {
	case len(text) == 0 || text[0] != '\n' && text[0] != '\r':
		return 0
	case len(text) > 1 && text[0]+text[1] == '\n'+'\r':
		return 2
	}
	return 1
}

// skipSpace skips blanks and comments. As for clang, all that Unicode calls blank is a
// blank, and so is a zero byte.
func skipSpace(text []byte) []byte {
	for {
		text = bytes.TrimLeftFunc(text, func(r rune) bool {
			return r != '\n' && r != '\r' && unicode.IsSpace(r) || r == 0
		})
		if !bytes.HasPrefix(text, []byte("/*")) {
			return text
		}
		_, text, _ = bytes.Cut(text[2:], []byte("*/"))
	}
}

func cutWord(text []byte) (word string, rest []byte) {
	i := 0
	for i < len(text) && (text[i] == '_' || text[i] >= 'a' && text[i] <= 'z') {
		i++
	}
	return string(text[:i]), text[i:]
}

// cutName splits off an identifier, or a number.
func cutName(text []byte) (name, rest []byte) {
	i := 0
	for i < len(text) && isNameByte(text[i]) {
		i++
	}
	return text[:i], text[i:]
}

func isNameByte(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// maxHeaderName is more than the longest path that the system takes.
const maxHeaderName = 1 << 13

func headerName(text []byte) (name string, quoted, ok bool) {
	if len(text) == 0 || text[0] != '<' && text[0] != '"' {
		return "", false, false
	}
	end := byte('>')
	if text[0] == '"' {
		end = '"'
	}
	line, _, _ := bytes.Cut(text[1:min(len(text), maxHeaderName)], []byte("\n"))
	i := bytes.IndexByte(line, end)
	if i <= 0 {
		return "", false, false
	}
	return string(line[:i]), end == '"', true
}
