package action

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// colour is the sequence that changes a terminal's colours (SGR), the only one
// that clang prints.
var colour = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\x1b\[[0-9;:]*m`)
})

const endOfColour = "\x1b[0m"

// Printable makes the messages of a result safe for the user's terminal. It keeps
// text, line ends, tabs and colours, and replaces each other control character by a
// question mark. A service may have written the messages; it could otherwise erase
// what the terminal shows, or make it send input to the shell. A colour that is left
// on is turned off at the end, because it could hide what follows.
func Printable(text []byte) []byte {
	var b bytes.Buffer
	coloured := false
	for len(text) > 0 {
		if sequence := firstColour(text); sequence != nil {
			coloured = strings.Trim(string(sequence), endOfColour) != ""
			b.Write(sequence)
			text = text[len(sequence):]
			continue
		}
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			r = rune(text[0]) // Latin-1, in which 0x9b begins a sequence, too
		}
		if isControl(r) && !bytes.HasPrefix(text, []byte("\r\n")) {
			b.WriteByte('?')
		} else {
			b.Write(text[:size])
		}
		text = text[size:]
	}
	if coloured {
		b.WriteString(endOfColour)
	}
	return b.Bytes()
}

// firstColour returns the colour sequence that text begins with, or nil.
func firstColour(text []byte) []byte {
	if text[0] != '\x1b' {
		return nil // without the regular expression: messages may be long
	}
	return colour().Find(text)
}

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
