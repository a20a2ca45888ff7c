package cppscan

// hasIncludeAlias reports whether a text may hold #pragma include_alias, by which an
// #include names another file than it says. clang's own headers have the word as a part of
// other names, such as warn_pragma_include_alias_expected: these don't count. In a string
// the word may follow an escape such as \t, whose letter isn't part of a name. Nor do
// comments after // count.
func (m *meter) hasIncludeAlias(data []byte) bool {
	lines := lineReader{text: data}
	for before, after := range occurrences(data, "include_alias") {
		if m.inLineComment(lines.before(len(before))) {
			continue
		}
		start := len(before)
		for start > 0 && isNameByte(before[start-1]) {
			start--
		}
		if start == len(before) && (len(after) == 0 || !isNameByte(after[0])) || start > 0 && before[start-1] == '\\' {
			return true
		}
	}
	return false
}
