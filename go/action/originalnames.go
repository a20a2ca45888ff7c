package action

import (
	"bytes"
	"strings"
)

// OriginalNames returns the messages of the compiler about this action with the paths
// of the user's files instead of the canonical names, and safe for a terminal (see
// Printable). Package link calls it before it prints the messages of a result. Stored
// messages keep the canonical names, because another job with the same content has
// other paths.
//
// Only whole names are replaced: am.o, m.o.bak and dir/m.o are other files.
func (a *Action) OriginalNames(text []byte) []byte {
	if len(text) == 0 {
		return text
	}
	text = Printable(text)
	original := make(map[string]string, len(a.Inputs)+len(a.Outputs))
	for _, in := range a.Inputs {
		original[in.Name] = in.File.Path
	}
	for _, out := range a.Outputs {
		original[out.Name] = out.Path
	}
	var b bytes.Buffer
	for start := 0; start < len(text); {
		if sequence := firstColour(text[start:]); sequence != nil { // a name may follow at once: ESC[1mm.o
			b.Write(sequence)
			start += len(sequence)
			continue
		}
		end := start
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		if end == start {
			b.WriteByte(text[start])
			start++
			continue
		}
		member := start >= 2 && text[start-1] == '(' && isNameByte(text[start-2]) // lib.a(m.o
		b.WriteString(originalName(string(text[start:end]), member, original))
		start = end
	}
	return b.Bytes()
}

// originalName returns the path of the user's file for a canonical name, which may
// end in a full stop, and any other word as it is. A member is a name in an
// archive, lib.a(m.o), and so never a canonical one.
func originalName(word string, member bool, original map[string]string) string {
	name := strings.TrimRight(word, ".")
	path, ok := original[strings.TrimPrefix(name, "./")]
	if !ok || member {
		return word
	}
	return path + word[len(name):]
}

// isNameByte reports whether a byte next to a name makes it another name.
func isNameByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= 0x80:
		return true
	}
	return strings.IndexByte("._-+~@%/\\$#", c) >= 0
}
