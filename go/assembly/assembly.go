// Package assembly finds the files that LLVM's assembler reads because its input
// names them by .include and .incbin.
//
// It doesn't assemble. It finds names that are plain strings in the text. Where a
// macro of the assembler or an operand might make a directive or a name, it says that
// it can't find them, and why. It may name files that aren't read in the end, but
// misses none: a result for other files would be wrong.
package assembly

import (
	"fmt"
	"strings"
)

// The directives that matter. After .altmacro, macros replace words that have no mark.
// LLVM accepts them in upper and lower case (AsmParser::parseStatement).
const (
	include  = ".include"
	incbin   = ".incbin"
	altmacro = ".altmacro"
)

var directives = []string{include, incbin, altmacro}

// A Reader collects the files that the input of one assembler names. The input may
// consist of several texts: a macro that one of them defines can be used in all that
// follow. The zero value has no text.
type Reader struct {
	files    []File
	unclear  string // why the files can't be found, as the end of a sentence; "" if they can
	macros   bool   // a text may define a macro, or repeat something
	joined   string // a word that a macro might turn into a directive; "" for none
	operands bool   // a template has an operand
	symbols  bool   // a symbol has the name of a directive
}

// A File is a file that the assembler reads.
type File struct {
	Name string // by which the assembler opens it
	Text bool   // it is assembly, which may name more files
}

// Text adds the assembly of a module or a file.
func (r *Reader) Text(text string) { r.scan(text, false) }

// Template adds the assembly of a call, in which $0 and the like stand for
// operands.
func (r *Reader) Template(text string) {
	last := min(lastDialect(text), maxDialects)
	if last == maxDialects {
		r.unclear = "an asm statement has more dialects than any target of LLVM"
	}
	for dialect := range last + 1 {
		r.scan(chooseDialect(text, dialect), true)
	}
}

// maxNumbers is how many characters before the assembly in a record may be numbers.
const maxNumbers = 8

// Unknown adds the text of a record that may be assembly. Before and after the
// assembly may be numbers, which look like characters.
func (r *Reader) Unknown(text string) {
	for _, directive := range directives {
		if containsFold([]byte(text), directive) {
			r.unclear = fmt.Sprintf("it holds %s in a part that only later LLVMs know", directive)
		}
	}
	for i := range min(maxNumbers, len(text)) {
		r.Template(text[i:])
		r.Text(text[i:])
	}
}

// Symbols adds the names of symbols, which operands can stand for. The names may
// follow each other without anything between them.
func (r *Reader) Symbols(names []byte) {
	for _, directive := range directives {
		r.symbols = r.symbols || containsFold(names, directive)
	}
}

// Join adds what another reader has collected.
func (r *Reader) Join(other *Reader) {
	r.files = append(r.files, other.files...)
	if r.unclear == "" {
		r.unclear = other.unclear
	}
	if r.joined == "" {
		r.joined = other.joined
	}
	r.macros = r.macros || other.macros
	r.operands = r.operands || other.operands
	r.symbols = r.symbols || other.symbols
}

// Files returns the files that the assembler reads, or why they can't be found.
func (r *Reader) Files() (files []File, unclear string) {
	switch {
	case r.unclear != "":
		return nil, r.unclear
	case r.operands && r.symbols:
		return nil, "an operand may be a symbol with the name .include or .incbin"
	case r.macros && r.joined != "":
		return nil, fmt.Sprintf("an assembler macro may make .include or .incbin of %s", quoted(r.joined))
	case r.macros && len(r.files) > 0:
		return nil, fmt.Sprintf("an assembler macro may change the file name %q", r.files[0].Name)
	}
	return r.files, ""
}

// scan scans one text.
func (r *Reader) scan(text string, template bool) {
	lower := lowerASCII(text)
	for _, word := range []string{"macro", "irp", ".rep"} {
		r.macros = r.macros || strings.Contains(lower, word)
	}
	r.findDirectives(text, lower)
	if strings.ContainsAny(text, `\$`) {
		r.findMadeWords(lower, template)
	}
}

// findDirectives finds the directives in a text. lower is the text in lower case.
func (r *Reader) findDirectives(text, lower string) {
	for at := 0; at < len(lower); at++ {
		start := at
		for at < len(lower) && isWordByte(lower[at]) {
			at++
		}
		word, odd := lower[start:at], start > 0 && strings.IndexByte(`\$"`, text[start-1]) >= 0
		for _, directive := range directives {
			switch {
			case word == directive:
				r.addDirective(directive, text[at:], odd)
			case odd && strings.Contains(word, directive): // a macro's parameter or an operand, and then the directive
				r.addDirective(directive, "", odd)
			}
		}
	}
}

// addDirective adds the file that a directive names, in the text after it. An odd
// directive is quoted, or part of a word that is replaced.
func (r *Reader) addDirective(directive, after string, odd bool) {
	name, ok := plainString(strings.TrimLeft(after, " \t"))
	switch {
	case directive == altmacro:
		r.unclear = ".altmacro lets assembler macros make .include or .incbin of any word"
	case !ok || odd:
		r.unclear = fmt.Sprintf("%s isn't followed by a file name that is a plain string", directive)
	default:
		r.files = append(r.files, File{Name: name, Text: directive == include})
	}
}

// plainString returns the string in quotes at the start of a text, if none of its
// characters has a special meaning.
func plainString(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	name, _, ok := strings.Cut(text[1:], `"`)
	return name, ok && name != "" && !strings.ContainsAny(name, "\\$\n\r\x00")
}
