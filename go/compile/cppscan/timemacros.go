package cppscan

import (
	"bytes"
	"slices"
)

// timeMacros are those whose value changes without a change of any file.
var timeMacros = []string{"__TIME__", "__DATE__", "__TIMESTAMP__"}

// usesTimeMacro returns "holds __TIME__" or the like, or "". To define such a macro is no
// use of it, nor is a comment after //, nor a longer name, such as Ident__TIME__ in clang's
// headers. Macros in fixed have another value.
func (m *meter) usesTimeMacro(data []byte, fixed []string) string {
	for _, word := range timeMacros {
		if slices.Contains(fixed, word) {
			continue
		}
		lines := lineReader{text: data}
		for at := 0; ; {
			i := indexWord(data[at:], word)
			if i < 0 || m.spent() {
				break
			}
			start := at + i
			at = start + len(word)
			before, after := lines.before(start), data[at:]
			if !inLongerName(before, after) && !m.inLineComment(before) && !m.defines(before, after) {
				return "holds " + word
			}
		}
	}
	return ""
}

// defines reports whether the name between these parts of a line is what a #define
// defines.
func (m *meter) defines(line, after []byte) bool {
	if len(after) > 0 && isNameByte(after[0]) {
		return false
	}
	line = m.skipSpace(line)
	if !bytes.HasPrefix(line, []byte("#")) {
		return false
	}
	word, between := cutWord(m.skipSpace(line[1:]))
	return word == "define" && len(between) > 0 && len(m.skipSpace(between)) == 0
}

// inLongerName reports whether a name between these texts goes on in one of them. Only
// ASCII is looked at, without $, which an option may forbid in names: clang takes a no-break
// space for a blank, also as \u00A0, where the name begins anew.
func inLongerName(before, after []byte) bool {
	if len(after) > 0 && isPlainNameByte(after[0]) {
		return true
	}
	start := len(before)
	for start > 0 && isPlainNameByte(before[start-1]) {
		start--
	}
	return start < len(before) && (start == 0 || before[start-1] != '\\')
}

func isPlainNameByte(c byte) bool { return c < 0x80 && c != '$' && isNameByte(c) }

// inLineComment reports whether what follows this part of a line is in a comment after //.
// It returns false where the // may be in a string or in another comment that ends before
// the place, and for //*, where C89 divides by what follows the comment.
func (m *meter) inLineComment(line []byte) bool {
	m.spend(len(line))
	start := bytes.Index(line, []byte("//"))
	if start < 0 || start > 0 && line[start-1] == '*' {
		return false
	}
	text := line[start+2:]
	return !bytes.HasPrefix(text, []byte("*")) && !bytes.Contains(text, []byte("*/")) && !bytes.ContainsAny(text, `"'`)
}

// Fixed returns the macros that tell the time which a source defines: what is read after
// it doesn't learn the time from them.
func (s Source) Fixed() (words []string) {
	for _, name := range s.macros {
		if word := string(name); slices.Contains(timeMacros, word) {
			words = append(words, word)
		}
	}
	return words
}
