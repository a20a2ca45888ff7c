package compile

import (
	"bytes"
	"slices"
	"unicode"
)

// A probe is one place in a source where the compiler may look for a file.
type probe struct {
	name   string
	quoted bool // "name": looked for beside the file that includes it first
	all    bool // __has_include or include_next: not only up to the first that is there
}

// A scan is what a source or header asks of its surroundings.
type scan struct {
	probes   []probe
	computed bool     // an #include names its file by a macro
	line     bool     // a #line may name an absolute path
	macros   [][]byte // the names that it defines
	spelled  [][]byte // words that must not be macros: see spell
	reason   string   // why nothing that reads this file can be cached, or ""
}

// timeMacros change without a change of any file.
var timeMacros = [][]byte{[]byte("__TIME__"), []byte("__DATE__"), []byte("__TIMESTAMP__")}

// notFollowed name files, or directives, in a way that isn't followed here.
var notFollowed = [][]byte{[]byte("include_alias"), []byte("??="), []byte("??/")}

// scanText finds all probes that the text can ask for, whatever the
// preprocessor's conditions turn out to be. What is found in a comment or a
// string does no harm: it is one more probe to compare.
func scanText(data []byte) (s scan) {
	data = joinLines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	for _, word := range slices.Concat(timeMacros, notFollowed) {
		if bytes.Contains(data, word) {
			s.reason = "holds " + string(word)
			return s
		}
	}
	if s.reason = elsewhere(data); s.reason != "" {
		return s
	}
	for _, mark := range []string{"#", "%:"} {
		for rest := data; ; {
			_, after, ok := bytes.Cut(rest, []byte(mark))
			if !ok {
				break
			}
			rest = after
			s.directive(after)
		}
	}
	s.questions(data)
	return s
}

// joinLines joins lines that end with a backslash, after which clang allows
// blanks. A carriage return alone ends a line, too.
func joinLines(data []byte) []byte {
	var out []byte
	for rest := data; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			if out == nil {
				return data
			}
			return append(out, rest...)
		}
		after := bytes.TrimLeft(rest[i+1:], " \t\v\f\x00")
		if end := lineEnd(after); end == 0 {
			after, i = rest[i+1:], i+1
		} else {
			after = after[end:]
		}
		out, rest = append(out, rest[:i]...), after
	}
}

// lineEnd is the length of the end of a line at the start of text, or 0.
func lineEnd(text []byte) int {
	switch {
	case len(text) == 0 || text[0] != '\n' && text[0] != '\r':
		return 0
	case len(text) > 1 && text[0]+text[1] == '\n'+'\r':
		return 2
	}
	return 1
}

// directive reads what follows a #.
func (s *scan) directive(text []byte) {
	word, rest := cutWord(skipSpace(text))
	switch word {
	case "include", "import", "include_next":
	case "embed":
		s.reason = "holds #embed"
		return
	case "line", "":
		s.line = s.line || mayNamePath(rest, word == "")
		return
	case "define":
		name, _ := cutName(skipSpace(rest))
		s.macros = append(s.macros, name)
		return
	default:
		return
	}
	name, quoted, ok := headerName(skipSpace(rest))
	if !ok {
		s.computed = true
		return
	}
	s.probes = append(s.probes, probe{name, quoted, word == "include_next"})
}

// mayNamePath reports whether what follows #line, or without that word a #, may
// name an absolute path.
func mayNamePath(text []byte, bare bool) bool {
	text = skipSpace(text)
	name := skipSpace(bytes.TrimLeft(text, "0123456789"))
	switch {
	case bare && (len(text) == 0 || text[0] < '0' || text[0] > '9'):
		return false // not a directive: X in #X
	case len(name) == 0 || lineEnd(name) > 0 || bytes.HasPrefix(name, []byte("//")):
		return false // only a number
	case name[0] != '"' || len(name) == 1:
		return true // a macro
	}
	return name[1] == '/' || name[1] == '\\'
}

// skipSpace skips blanks and comments. Clang takes what Unicode calls blank, and
// zeros, for blanks.
func skipSpace(text []byte) []byte {
	for {
		text = bytes.TrimLeftFunc(text, func(r rune) bool {
			return r != '\n' && r != '\r' && unicode.IsSpace(r) || r == 0
		})
		if !bytes.HasPrefix(text, []byte("/*")) {
			return text
		}
		_, text, _ = bytes.Cut(text[2:], []byte("*/"))
	}
}

func cutWord(text []byte) (word string, rest []byte) {
	i := 0
	for i < len(text) && (text[i] == '_' || text[i] >= 'a' && text[i] <= 'z') {
		i++
	}
	return string(text[:i]), text[i:]
}

// cutName splits off an identifier, or a number.
func cutName(text []byte) (name, rest []byte) {
	i := 0
	for i < len(text) && isNameByte(text[i]) {
		i++
	}
	return text[:i], text[i:]
}

func isNameByte(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

func headerName(text []byte) (name string, quoted, ok bool) {
	if len(text) == 0 || text[0] != '<' && text[0] != '"' {
		return "", false, false
	}
	end := byte('>')
	if text[0] == '"' {
		end = '"'
	}
	line, _, _ := bytes.Cut(text[1:], []byte("\n"))
	i := bytes.IndexByte(line, end)
	if i <= 0 {
		return "", false, false
	}
	return string(line[:i]), end == '"', true
}
