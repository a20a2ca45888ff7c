package cppscan

import (
	"bytes"
	"slices"
)

// HasAsmBlock reports whether a text has an asm block in Microsoft's style: __asm { … }, or
// __asm and an instruction on the same line. The front end assembles it, also in functions
// that it then drops, and macros may make any directive in it. So neither the text nor the
// object tells which files it reads.
func HasAsmBlock(data []byte) bool {
	data = joinLines(data)
	for i := 0; i < len(data); {
		switch n := notCode(data[i:]); {
		case n > 0:
			i += n
		case isNameByte(data[i]):
			name, after := cutName(data[i:])
			i += len(name)
			if slices.Contains(asmKeywords, string(name)) && beginsBlock(after) {
				return true
			}
		default:
			i++
		}
	}
	return false
}

var asmKeywords = []string{"asm", "_asm", "__asm", "__asm__"}

// asmQualifiers may stand between the keyword and the parenthesis of an asm
// statement in GCC's style.
var asmQualifiers = []string{
	"volatile", "__volatile", "__volatile__", "inline", "__inline", "__inline__",
	"goto", "const", "__const", "__const__",
}

// beginsBlock reports whether what follows an asm keyword is a block.
func beginsBlock(after []byte) bool {
	sameLine := true
	for len(after) > 0 {
		n := notCode(after)
		switch c := after[0]; {
		case n > 0:
			after = after[n:]
		case c == '\n':
			sameLine, after = false, after[1:]
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
			after = after[1:]
		case c == '{':
			return true
		case c == '.':
			return sameLine
		case isNameByte(c):
			name, _ := cutName(after)
			other := slices.Contains(asmQualifiers, string(name)) || slices.Contains(asmKeywords, string(name))
			return sameLine && !other
		default:
			return false
		}
	}
	return false
}

// notCode is the length of the comment or literal that a text begins with, or 0. An
// apostrophe that isn't closed on its line, as in 1'000 or an #error, begins none.
func notCode(text []byte) int {
	switch {
	case len(text) < 2:
		return 0
	case text[0] == '/' && text[1] == '*':
		if i := bytes.Index(text[2:], []byte("*/")); i >= 0 {
			return 2 + i + 2
		}
		return len(text)
	case text[0] == '/' && text[1] == '/':
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			return i
		}
		return len(text)
	case text[0] != '"' && text[0] != '\'':
		return 0
	}
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i + 1
		}
	}
	return 0
}
