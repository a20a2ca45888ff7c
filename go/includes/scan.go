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
	Named    bool     // a #line names a file, or may by a macro
	Shadowed bool     // a pragma may switch on the warning of headers that others by their name hide
	Reason   string   // why nothing that reads this file can be cached, or "": "holds …"
	text     []byte   // its joined lines
	macros   [][]byte // the names that it defines
	spelled  [][]byte // words that must not be macros: see spell
	renamed  []string // macros that are other names for __has_include: see Follow
}

// Scan finds all probes that a text can ask for, whatever the preprocessor's
// conditions turn out to be. What is found in a comment or a string does no
// harm: it is one more probe to compare. The words in fixed have a meaning of
// their own: see Fixed.
func Scan(data []byte, fixed ...string) (s Source) {
	data = joinLines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	s.text = data
	s.Shadowed = warnsOfShadowed(data)
	if s.Reason = readsClock(data, fixed); s.Reason != "" {
		return s
	}
	for _, word := range []string{"include_alias", "??=", "??/"} { // name files, or directives, in a way that isn't followed here
		if bytes.Contains(data, []byte(word)) {
			s.Reason = "holds " + word
			return s
		}
	}
	if warnsOfAge(data) {
		s.Reason = "holds #pragma GCC dependency"
		return s
	}
	for _, mark := range []string{"#", "%:"} {
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte(mark))
			if i < 0 {
				break
			}
			at += i + len(mark)
			s.directive(data[:at-len(mark)], data[at:])
		}
	}
	s.questions()
	return s
}

// directive reads what follows a #, and stands after before.
func (s *Source) directive(before, text []byte) {
	word, rest := cutWord(skipSpace(text))
	switch word {
	case "include", "import", "include_next":
	case "embed":
		s.Reason = "holds #embed"
		return
	case "line", "":
		s.Line = s.Line || mayNamePath(rest, word == "") && mayBegin(before)
		s.Named = s.Named || namesLine(rest) && mayBegin(before)
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
		s.Computed = s.Computed || mayBegin(before)
		return
	}
	s.Probes = append(s.Probes, Probe{name, quoted, word == "include_next"})
}

// mayBegin reports whether what comes after a text may be the first on its line.
// Comments don't count, nor what may be the end of one.
func mayBegin(before []byte) bool {
	before = before[bytes.LastIndexAny(before, "\n\r")+1:]
	if i := bytes.LastIndex(before, []byte("*/")); i >= 0 {
		before = before[i+2:]
	}
	return len(skipSpace(before)) == 0
}

// namesLine reports whether more than a number follows #line, or # alone.
func namesLine(text []byte) bool {
	text = skipSpace(text)
	name := skipSpace(bytes.TrimLeft(text, "0123456789'"))
	return len(name) > 0 && lineEnd(name) == 0 && (len(name) < len(text) || mayBeMacro(name))
}

// mayNamePath reports whether what follows #line, or without that word a #, may
// name an absolute path.
func mayNamePath(text []byte, bare bool) bool {
	text = skipSpace(text)
	number := bytes.TrimLeft(text, "0123456789'")
	name := skipSpace(number)
	switch {
	case len(name) == 0:
		return false // only a number, or nothing
	case len(number) == len(text):
		return !bare && mayBeMacro(name) // or X in #X
	case name[0] == '"':
		return len(name) == 1 || name[1] == '/' || name[1] == '\\'
	}
	return len(name) < len(number) && mayBeMacro(name)
}

func mayBeMacro(text []byte) bool { return isNameByte(text[0]) || text[0] == '\\' }
