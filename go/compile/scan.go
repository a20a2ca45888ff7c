package compile

import (
	"bytes"
)

// A lookup is one place in a source where the compiler may look for a file.
type lookup struct {
	name   string
	quoted bool // "name": looked for beside the file that includes it first
	all    bool // __has_include or include_next: not only up to the first that is there
}

// A scan is what a source or header asks of its surroundings.
type scan struct {
	lookups  []lookup
	computed bool   // an #include names its file by a macro
	line     bool   // a #line names an absolute path
	reason   string // why nothing that reads this file can be cached, or ""
}

// timeMacros change without a change of any file.
var timeMacros = [][]byte{[]byte("__TIME__"), []byte("__DATE__"), []byte("__TIMESTAMP__")}

// notFollowed name files in a way that isn't followed here.
var notFollowed = [][]byte{[]byte("__has_embed"), []byte("include_alias"), []byte("??=")}

// scanText finds all lookups that the text can ask for, whatever the
// preprocessor's conditions turn out to be. What is found in a comment or a
// string does no harm: it is one more lookup to compare.
func scanText(data []byte) (s scan) {
	data = joinLines(data)
	for _, macro := range timeMacros {
		if bytes.Contains(data, macro) {
			s.reason = "holds " + string(macro)
			return s
		}
	}
	for _, word := range notFollowed {
		if bytes.Contains(data, word) {
			s.reason = "holds " + string(word)
			return s
		}
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
	s.hasInclude(data)
	return s
}

// joinLines joins lines that end with a backslash, after which clang allows
// blanks.
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
		after := bytes.TrimLeft(rest[i+1:], " \t\v\f\r")
		if len(after) == 0 || after[0] != '\n' {
			after, i = rest[i+1:], i+1
		} else {
			after = after[1:]
		}
		out, rest = append(out, rest[:i]...), after
	}
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
		name, _, _ := bytes.Cut(rest, []byte("\n"))
		s.line = s.line || bytes.Contains(name, []byte("\"/"))
		return
	default:
		return
	}
	name, quoted, ok := headerName(skipSpace(rest))
	if !ok {
		s.computed = true
		return
	}
	s.lookups = append(s.lookups, lookup{name, quoted, word == "include_next"})
}

var hasIncludeWord = []byte("__has_include")

// hasInclude finds the uses of __has_include and __has_include_next.
func (s *scan) hasInclude(data []byte) {
	for from := 0; ; {
		i := bytes.Index(data[from:], hasIncludeWord)
		if i < 0 {
			return
		}
		i += from
		from = i + len(hasIncludeWord)
		rest := skipSpace(bytes.TrimPrefix(data[from:], []byte("_next")))
		if len(rest) == 0 || rest[0] != '(' || bytes.HasSuffix(bytes.TrimRight(data[:i], " \t"), []byte("define")) {
			continue // defined(__has_include), or its definition for other compilers
		}
		name, quoted, ok := headerName(skipSpace(rest[1:]))
		if !ok {
			s.reason = "asks __has_include for what a macro names"
			return
		}
		s.lookups = append(s.lookups, lookup{name, quoted, true})
	}
}

// skipSpace skips blanks and comments.
func skipSpace(text []byte) []byte {
	for {
		text = bytes.TrimLeft(text, " \t\v\f")
		if !bytes.HasPrefix(text, []byte("/*")) {
			return text
		}
		_, text, _ = bytes.Cut(text, []byte("*/"))
	}
}

func cutWord(text []byte) (word string, rest []byte) {
	i := 0
	for i < len(text) && (text[i] == '_' || text[i] >= 'a' && text[i] <= 'z') {
		i++
	}
	return string(text[:i]), text[i:]
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
