// Package cppscan finds what the text of a C or C++ file asks of the file
// system, without preprocessing it: each #include and __has_include that any
// state of its conditions could reach. It looks nothing up itself.
package cppscan

import "bytes"

// A Probe is one place in a source where the compiler may look for a file.
type Probe struct {
	Name   string
	Quoted bool // "name": looked for beside the file that includes it first
	All    bool // __has_include or include_next: not only up to the first that is there
}

// A Source is what the text of one source or header asks of its surroundings.
type Source struct {
	Probes   []Probe
	Computed bool     // an #include names its file by a macro
	Line     bool     // a #line may name an absolute path
	Named    bool     // a #line names a file, or may by a macro
	Shadowed bool     // a pragma may switch on the warning of headers that others by their name hide
	Reason   string   // why nothing that reads this file can be cached, or "": "holds …"
	text     []byte   // its joined lines
	*meter            // of text
	macros   [][]byte // the names that it defines
	spelled  [][]byte // words that must not be macros: see spell
	renamed  []string // macros that are other names for __has_include: see Follow
}

// Scan finds all probes that a text can ask for, whatever the preprocessor's conditions
// turn out to be. One that stands in a comment or a string does no harm: it is one more
// place to compare. Macros in fixed have been defined anew, so they don't tell the time:
// see Fixed.
func Scan(data []byte, fixed ...string) (s Source) {
	s.text = textOf(data)
	s.meter = newMeter(s.text)
	if s.Reason = s.scan(fixed); s.Reason == "" && s.spent() {
		s.Reason = tooLong
	}
	return s
}

// textOf returns what a file holds, without a byte order mark, its lines joined.
func textOf(data []byte) []byte {
	text := joinLines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if text == nil {
		text = []byte{} // an empty file has a text, too
	}
	return text
}

func (s *Source) scan(fixed []string) (reason string) {
	data := s.text
	s.Shadowed = s.mayWarnOfShadowed(data)
	if reason := s.usesTimeMacro(data, fixed); reason != "" {
		return reason
	}
	// These name files or directives in a way that Scan doesn't follow.
	if s.hasIncludeAlias(data) {
		return "holds include_alias"
	}
	for _, trigraph := range []string{"??=", "??/"} {
		if indexWord(data, trigraph) >= 0 {
			return "holds " + trigraph
		}
	}
	if s.hasDependencyPragma(data) {
		return "holds #pragma GCC dependency"
	}
	for _, mark := range []string{"#", "%:"} {
		lines := &lineReader{text: data}
		for at := 0; !s.spent(); {
			i := indexWord(data[at:], mark)
			if i < 0 {
				break
			}
			at += i + len(mark)
			s.directive(lines, at-len(mark), data[at:])
		}
	}
	s.findHasInclude()
	return s.Reason
}

// directive reads the text that follows the # at a place.
func (s *Source) directive(lines *lineReader, place int, text []byte) {
	word, rest := cutWord(s.skipSpace(text))
	switch word {
	case "include", "import", "include_next":
	case "embed":
		if s.mayBegin(lines.afterComment(place)) {
			s.Reason = "holds #embed"
		}
		return
	case "line", "":
		s.Line = s.Line || s.mayNamePath(rest, word == "") && s.mayBegin(lines.afterComment(place))
		s.Named = s.Named || s.namesLine(rest) && s.mayBegin(lines.afterComment(place))
		return
	case "define":
		name, _ := cutName(s.skipSpace(rest))
		s.macros = append(s.macros, name)
		return
	default:
		return
	}
	name, quoted, ok := headerName(s.skipSpace(rest))
	if !ok {
		s.Computed = s.Computed || s.mayBegin(lines.afterComment(place))
		return
	}
	s.Probes = append(s.Probes, Probe{name, quoted, word == "include_next"})
}

// mayBegin reports whether a directive may begin after this part of a line, of which
// everything up to its last comment's end is left out.
func (m *meter) mayBegin(afterComment []byte) bool { return len(m.skipSpace(afterComment)) == 0 }

// namesLine reports whether more than a number follows #line, or # alone.
func (m *meter) namesLine(text []byte) bool {
	text = m.skipSpace(text)
	name := m.skipSpace(bytes.TrimLeft(text, "0123456789'"))
	return len(name) > 0 && lineEnd(name) == 0 && (len(name) < len(text) || mayBeMacro(name))
}

// mayNamePath reports whether what follows #line, or # alone (bare), may name an absolute
// path.
func (m *meter) mayNamePath(text []byte, bare bool) bool {
	text = m.skipSpace(text)
	number := bytes.TrimLeft(text, "0123456789'")
	name := m.skipSpace(number)
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
