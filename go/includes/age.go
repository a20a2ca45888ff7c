package includes

import "bytes"

// warnsOfAge reports whether a text may hold #pragma GCC dependency "name",
// which warns of a file that is newer than this one. Its words may come from
// macros, but for "dependency" or what it is defined as.
func warnsOfAge(data []byte) bool {
	word := []byte("dependency")
	for at := 0; ; {
		i := bytes.Index(data[at:], word)
		if i < 0 {
			return false
		}
		start := at + i
		at = start + len(word)
		line := data[bytes.LastIndexAny(data[:start], "\n\r")+1 : start]
		if endsWith(line, "GCC") || endsWith(line, "clang") || endsWith(line, "*/") {
			return true
		}
		if start > 0 && isNameByte(data[start-1]) || at < len(data) && isNameByte(data[at]) {
			continue // a part of another name
		}
		if isDefinition(line) || namesFile(data[at:]) && !isInString(line) {
			return true
		}
	}
}

func endsWith(text []byte, word string) bool {
	return bytes.HasSuffix(bytes.TrimRight(text, " \t\v\f"), []byte(word))
}

// isDefinition reports whether what comes after a text is part of a macro's
// body.
func isDefinition(line []byte) bool {
	line = skipSpace(line)
	if bytes.HasPrefix(line, []byte("%:")) {
		line = line[1:]
	} else if !bytes.HasPrefix(line, []byte("#")) {
		return false
	}
	if bytes.Contains(line, []byte("//")) || bytes.Contains(line, []byte("/*")) {
		return false
	}
	word, _ := cutWord(skipSpace(line[1:]))
	return word == "define" && !isInString(line)
}

// namesFile reports whether a text goes on with the name of a file, in the next
// line perhaps: a macro's arguments may have several.
func namesFile(text []byte) bool {
	name, _, ok := headerName(skipLines(text))
	return ok && name[0] != '<' && name[0] != '='
}

// isInString reports whether a line ends within a string: an odd number of
// quotes, whether ' begins a character or is an apostrophe. Where a comment or
// a string that began in another line may end before, that isn't known.
func isInString(line []byte) bool {
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
