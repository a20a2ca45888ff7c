package cppscan

import "bytes"

// hasDependencyPragma reports whether a text may hold #pragma GCC dependency "name", which
// warns if that file is newer than this one: times aren't part of a key. Macros may make
// parts of the pragma, except the word "dependency".
func (m *meter) hasDependencyPragma(data []byte) bool {
	const word = "dependency"
	lines := lineReader{text: data}
	for at := 0; ; {
		i := indexWord(data[at:], word)
		if i < 0 || m.spent() {
			return false
		}
		start := at + i
		at = start + len(word)
		line := lines.before(start)
		if endsWith(line, "GCC") || endsWith(line, "clang") || endsWith(line, "*/") {
			return true
		}
		if start > 0 && isNameByte(data[start-1]) || at < len(data) && isNameByte(data[at]) {
			continue // a part of another name
		}
		if m.isDefinition(line) || m.namesFile(data[at:]) && !m.isInString(line) {
			return true
		}
	}
}

func endsWith(text []byte, word string) bool {
	return bytes.HasSuffix(bytes.TrimRight(text, " \t\v\f"), []byte(word))
}

// isDefinition reports whether what follows this part of a line is in a macro's body.
func (m *meter) isDefinition(line []byte) bool {
	line = m.skipSpace(line)
	if bytes.HasPrefix(line, []byte("%:")) {
		line = line[1:]
	} else if !bytes.HasPrefix(line, []byte("#")) {
		return false
	}
	if word, _ := cutWord(m.skipSpace(line[1:])); word != "define" {
		return false
	}
	m.spend(len(line))
	return !bytes.Contains(line, []byte("//")) && !bytes.Contains(line, []byte("/*")) && !m.isInString(line)
}

// isInParameters reports whether what follows this part of a line, for which isDefinition
// is true, is the name of a macro's parameter. That name stands for something else in the
// body.
func (m *meter) isInParameters(line []byte) bool {
	line = bytes.TrimLeft(m.skipSpace(line), "#%:")
	_, line = cutWord(m.skipSpace(line)) // define
	_, line = cutName(m.skipSpace(line))
	return bytes.HasPrefix(line, []byte("(")) && !bytes.Contains(line, []byte(")"))
}

// namesFile reports whether a text goes on with the name of a file, perhaps in the next
// line: the arguments of a macro may stand in several.
func (m *meter) namesFile(text []byte) bool {
	name, _, ok := headerName(m.skipLines(text))
	return ok && name[0] != '<' && name[0] != '='
}

// isInString reports whether this part of a line ends within a string: it has an odd
// number of quotes, whether ' begins a character or is an apostrophe. It is false where a
// comment or string from an earlier line may end in it.
func (m *meter) isInString(line []byte) bool {
	m.spend(len(line))
	if bytes.Contains(line, []byte("*/")) || endsRaw(line) {
		return false
	}
	all, bare := 0, 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			all++
			if i == 0 || line[i-1] != '\'' {
				bare++
			}
		}
	}
	return all%2 == 1 && bare%2 == 1
}
