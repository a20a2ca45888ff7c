// Package includes finds what the text of a C or C++ file asks of the file
// system, without preprocessing it: each #include and __has_include that any
// state of its conditions could reach. It looks nothing up itself.
package includes

import "bytes"

// A Probe is one place in a source where the compiler may look for a file.
type Probe struct {
	Name   string
	Quoted bool // "name": looked for beside the file that includes it first
	All    bool // __has_include or include_next: not only up to the first that is there
}

// A Source is what a source or header asks of its surroundings.
type Source struct {
	Probes   []Probe
	Computed bool     // an #include names its file by a macro
	Line     bool     // a #line may name an absolute path
	Reason   string   // why nothing that reads this file can be cached, or "": "holds …"
	macros   [][]byte // the names that it defines
	spelled  [][]byte // words that must not be macros: see spell
}

// Scan finds all probes that a text can ask for, whatever the preprocessor's
// conditions turn out to be. What is found in a comment or a string does no
// harm: it is one more probe to compare.
func Scan(data []byte) (s Source) {
	data = joinLines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	for _, word := range []string{
		"__TIME__", "__DATE__", "__TIMESTAMP__", // change without a change of any file
		"include_alias", "??=", "??/", // name files, or directives, in a way that isn't followed here
	} {
		if bytes.Contains(data, []byte(word)) {
			s.Reason = "holds " + word
			return s
		}
	}
	if s.Reason = elsewhere(data); s.Reason != "" {
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

// directive reads what follows a #.
func (s *Source) directive(text []byte) {
	word, rest := cutWord(skipSpace(text))
	switch word {
	case "include", "import", "include_next":
	case "embed":
		s.Reason = "holds #embed"
		return
	case "line", "":
		s.Line = s.Line || mayNamePath(rest, word == "")
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
		s.Computed = true
		return
	}
	s.Probes = append(s.Probes, Probe{name, quoted, word == "include_next"})
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
