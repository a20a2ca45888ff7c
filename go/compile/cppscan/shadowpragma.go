package cppscan

import (
	"bytes"
	"slices"
)

// mayWarnOfShadowed reports whether a text may switch on -Wshadow-header, with which the
// compiler looks for headers behind the one that it includes. A #pragma or _Pragma "GCC
// diagnostic warning" or the like does that, with the warning's name or -Weverything. The
// name may be joined from several strings, hold escapes or come from a macro, so anything
// but one plain string counts. Words that ## joins aren't seen.
func (m *meter) mayWarnOfShadowed(data []byte) bool {
	for _, option := range []string{"-Wshadow-header", "-Weverything"} {
		for before := range occurrences(data, option) {
			if !endsWith(bytes.TrimRight(before, `\"`), "ignored") {
				return true
			}
		}
	}
	lines := lineReader{text: data}
	for before, after := range occurrences(data, "diagnostic") {
		if m.spent() {
			return false
		}
		if len(before) > 0 && isNameByte(before[len(before)-1]) || len(after) > 0 && isNameByte(after[0]) {
			continue // a part of another name
		}
		line := lines.before(len(before))
		inMacro := m.isDefinition(line)
		if inMacro && m.isInParameters(line) {
			continue // glibc's <sys/cdefs.h>, which most headers include, has a parameter of this name
		}
		ofPragma := endsWith(line, "GCC") || endsWith(line, "clang") || endsWith(line, "*/") || inMacro
		if m.maySwitchOn(after, ofPragma) {
			return true
		}
	}
	return false
}

// occurrences yields what is before and after each place of a word in a text.
func occurrences(text []byte, word string) func(yield func(before, after []byte) bool) {
	return func(yield func(before, after []byte) bool) {
		for at := 0; ; {
			i := indexWord(text[at:], word)
			if i < 0 || !yield(text[:at+i], text[at+i+len(word):]) {
				return
			}
			at += i + len(word)
		}
	}
}

// harmless are the words after "diagnostic" that switch nothing on.
var harmless = []string{"push", "pop", "ignored"}

// maySwitchOn reports whether what follows "diagnostic" may switch on a warning whose name
// isn't one plain string. ofPragma says that this is a pragma for certain; otherwise a
// macro may make one from these words.
func (m *meter) maySwitchOn(text []byte, ofPragma bool) bool {
	kind, rest := cutName(m.skipLines(text))
	if slices.Contains(harmless, string(kind)) {
		return false
	}
	rest = m.skipLines(rest)
	for _, quote := range []string{`"`, `\"`} { // the latter within the string of a _Pragma
		name, ok := bytes.CutPrefix(rest, []byte(quote))
		if !ok {
			continue
		}
		name, after, ok := bytes.Cut(name, []byte(quote))
		return !ok || bytes.ContainsAny(name, "\\\"\n\r") || bytes.HasPrefix(m.skipLines(after), []byte(quote))
	}
	name, rest := cutName(rest) // that of a macro, perhaps
	rest = m.skipLines(rest)
	return ofPragma || len(name) > 0 && len(rest) > 0 && (rest[0] == ')' || rest[0] == '(')
}
