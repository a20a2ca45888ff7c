// Package assembly finds the files that LLVM's assembler reads because its
// input says so, by .include and .incbin.
//
// It doesn't assemble. A name that stands in the text as a plain string is
// found; where the assembler's macros or an operand might make a directive or
// a name, the answer is that it can't be told. It may name files that aren't
// read in the end, but misses none.
package assembly

import (
	"fmt"
	"strings"
)

// The directives that matter. With .altmacro on, words are replaced without
// any mark. LLVM doesn't tell upper case from lower (AsmParser::parseStatement).
const (
	include  = ".include"
	incbin   = ".incbin"
	altmacro = ".altmacro"
)

var directives = []string{include, incbin, altmacro}

// A Reader collects what some texts read that one assembler is given: a macro
// that is defined in one of them can be used in all that follow. The zero
// value has seen none.
type Reader struct {
	files    []File
	unclear  string // why the files can't be told, as the end of a sentence, or ""
	macros   bool   // a text may define a macro, or repeat something
	joined   string // a word that a macro might make a directive of, or ""
	operands bool   // a template has one
	symbols  bool   // a symbol is called like a directive
}

// A File is one that is read, by the name that the assembler opens it by.
type File struct {
	Name string
	Text bool // assembly, which may name more files
}

// Text adds the assembly of a module or a file.
func (r *Reader) Text(text string) { r.add(text, false) }

// Template adds the assembly of a call, in which $0 and the like stand for
// operands.
func (r *Reader) Template(text string) {
	last := min(lastVariant(text), maxVariants)
	if last == maxVariants {
		r.unclear = "an asm statement has more dialects than any target of LLVM"
	}
	for variant := range last + 1 {
		r.add(chooseVariant(text, variant), true)
	}
}

// numbers is how many characters in front of a text may be none.
const numbers = 8

// Unknown adds what may be assembly, with numbers in front and after it that
// look like characters.
func (r *Reader) Unknown(text string) {
	for _, directive := range directives {
		if containsFold([]byte(text), directive) {
			r.unclear = fmt.Sprintf("it holds %s in a part that only a later LLVM knows", directive)
		}
	}
	for i := range min(numbers, len(text)) {
		r.Template(text[i:])
		r.Text(text[i:])
	}
}

// Symbols adds the names of symbols, which operands can stand for. There need
// be nothing between them.
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

// Files returns the files that are read, or why they can't be told.
func (r *Reader) Files() (files []File, unclear string) {
	switch {
	case r.unclear != "":
		return nil, r.unclear
	case r.operands && r.symbols:
		return nil, "an operand may be a symbol that is called like .include or .incbin"
	case r.macros && r.joined != "":
		return nil, fmt.Sprintf("an assembler macro may make .include or .incbin of %s", shown(r.joined))
	case r.macros && len(r.files) > 0:
		return nil, fmt.Sprintf("an assembler macro may change the file name %q", r.files[0].Name)
	}
	return r.files, ""
}

// add looks through one text.
func (r *Reader) add(text string, template bool) {
	lower := lowerASCII(text)
	for _, word := range []string{"macro", "irp", ".rep"} {
		r.macros = r.macros || strings.Contains(lower, word)
	}
	r.written(text, lower)
	if strings.ContainsAny(text, `\$`) {
		r.made(lower, template)
	}
}

// written finds the directives that stand in a text. lower is that in lower
// case.
func (r *Reader) written(text, lower string) {
	for at := 0; at < len(lower); at++ {
		start := at
		for at < len(lower) && isWordByte(lower[at]) {
			at++
		}
		word, odd := lower[start:at], start > 0 && strings.IndexByte(`\$"`, text[start-1]) >= 0
		for _, directive := range directives {
			switch {
			case word == directive:
				r.directive(directive, text[at:], odd)
			case odd && strings.Contains(word, directive): // a macro's parameter or an operand, and then the directive
				r.directive(directive, "", odd)
			}
		}
	}
}

// directive reads the name in the text behind a directive. An odd one is quoted
// or part of what is replaced.
func (r *Reader) directive(directive, after string, odd bool) {
	name, ok := plainString(strings.TrimLeft(after, " \t"))
	switch {
	case directive == altmacro:
		r.unclear = ".altmacro lets assembler macros make .include or .incbin of any word"
	case !ok || odd:
		r.unclear = fmt.Sprintf("%s stands without a file name that is a plain string", directive)
	default:
		r.files = append(r.files, File{Name: name, Text: directive == include})
	}
}

// plainString returns what is between the quotes at the start of a text, if
// nothing in it means anything else.
func plainString(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	name, _, ok := strings.Cut(text[1:], `"`)
	return name, ok && name != "" && !strings.ContainsAny(name, "\\$\n\r\x00")
}
