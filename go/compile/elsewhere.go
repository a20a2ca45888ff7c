package compile

import (
	"bytes"
	"slices"
)

// elsewhere says why what becomes of a text depends on more than the files
// that the preprocessor includes, or returns "".
func elsewhere(data []byte) string {
	if word := assemblerReads(data); word != "" {
		return "holds " + word + ", with which the assembler reads a file"
	}
	// #pragma GCC dependency warns of a file that is newer than this one.
	for rest := data; ; {
		before, after, ok := bytes.Cut(rest, []byte("dependency"))
		if !ok {
			return ""
		}
		rest = after
		before = bytes.TrimRight(before, " \t\v\f")
		for _, space := range []string{"GCC", "clang", "*/"} {
			if bytes.HasSuffix(before, []byte(space)) {
				return "holds #pragma GCC dependency"
			}
		}
	}
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

// definitions returns the macros among a compiler's arguments as a source would
// define them.
func definitions(args []string) []byte {
	var text []byte
	for i, arg := range args {
		switch {
		case arg == "-D" && i+1 < len(args):
			arg = args[i+1]
		case len(arg) > 2 && arg[:2] == "-D":
			arg = arg[2:]
		default:
			continue
		}
		text = append(text, "#define "...)
		text = append(text, arg...)
		if i := bytes.IndexByte(text[len(text)-len(arg):], '='); i >= 0 {
			text[len(text)-len(arg)+i] = ' '
		}
		text = append(text, '\n')
	}
	return text
}

// checkDefinitions fails for macros among the arguments that make a compilation
// depend on what isn't followed.
func checkDefinitions(args []string) error {
	text := definitions(args)
	switch s := scanText(text); {
	case s.reason != "":
		return plain("a -D %s", s.reason)
	case len(s.probes) > 0:
		return plain("a -D asks for files")
	}
	return nil
}

// respelled returns a word of a name that a macro asks for which is a macro
// itself, or "".
func respelled(scans []scan) string {
	var words [][]byte
	for _, s := range scans {
		words = append(words, s.spelled...)
	}
	if len(words) == 0 {
		return ""
	}
	for _, s := range scans {
		for _, name := range s.macros {
			if slices.ContainsFunc(words, func(word []byte) bool { return bytes.Equal(word, name) }) {
				return string(name)
			}
		}
	}
	return ""
}
