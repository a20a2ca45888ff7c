package cppscan

import "bytes"

// AssemblerReads returns the directive of assembly in a text that reads a file,
// or "". Its case doesn't matter. It is for asm blocks in the style of Microsoft,
// which the front end assembles even in functions that it then drops; all other
// assembly stands in the object.
func AssemblerReads(data []byte) string {
	data = joinLines(data)
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
