package cppscan

import "bytes"

// AssemblerReads returns the directive of assembly, .incbin or .include, by which a text
// has a file read, or "". It is for asm blocks in Microsoft's style, which the front end
// assembles even in functions that it then drops. All other assembly is in the object.
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
		// x.include(…) calls a member, and `.include` stands in a comment.
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
