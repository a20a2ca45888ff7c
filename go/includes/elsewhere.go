package includes

import "bytes"

// elsewhere says why what becomes of a text depends on more than the files
// that the preprocessor includes, or returns "".
func elsewhere(data []byte) string {
	if word := assemblerReads(data); word != "" {
		return "holds " + word + ", with which the assembler reads a file"
	}
	if warnsOfAge(data) {
		return "holds #pragma GCC dependency"
	}
	return ""
}

// assemblerReads finds the directives of assembly that read a file. They mostly
// stand in a string; their case doesn't matter.
func assemblerReads(data []byte) string {
	for rest := data; ; {
		i := bytes.IndexByte(rest, '.')
		if i < 0 {
			return ""
		}
		rest = rest[i+1:]
		if len(rest) == 0 || rest[0]|0x20 != 'i' {
			continue
		}
		// What is called, or goes on, is a member of something; in `…` it is spoken of.
		name, after := cutName(rest)
		if len(after) > 0 && (after[0] == '(' || after[0] == '`') {
			continue
		}
		for _, word := range []string{"incbin", "include"} {
			if bytes.EqualFold(name, []byte(word)) {
				return "." + word
			}
		}
	}
}
