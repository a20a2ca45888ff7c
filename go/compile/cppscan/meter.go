package cppscan

import "bytes"

// A meter counts the bytes of a text that are read more than once: what comes before a
// word in its line, and comments around it. In a text made to be slow, that is as much as
// the square of its length, so each text gets a limit.
type meter struct{ left int }

// stepsPerByte and stepsAlways make the limit. What people and generators write takes
// about one step for each byte, megabytes of data in one line none.
const (
	stepsPerByte = 64
	stepsAlways  = 1 << 16
)

const tooLong = "takes too long to look through"

func newMeter(text []byte) *meter { return &meter{stepsPerByte*len(text) + stepsAlways} }

// spent reports whether nothing is left. What is found after that is wrong, and the text's
// compilation must not be cached.
func (m *meter) spent() bool { return m.left < 0 }

func (m *meter) spend(steps int) { m.left -= steps }

// skipSpace is the function of that name, and counts.
func (m *meter) skipSpace(text []byte) []byte {
	if m.spent() {
		return nil
	}
	rest := skipSpace(text)
	m.spend(len(text) - len(rest))
	return rest
}

// skipLines skips blanks, comments and the ends of lines.
func (m *meter) skipLines(text []byte) []byte {
	for {
		text = m.skipSpace(text)
		end := lineEnd(text)
		if end == 0 {
			return text
		}
		text = text[end:]
	}
}

// A lineReader returns what comes before ascending places of a text in their lines, in a
// time that doesn't grow with the lengths of the lines.
type lineReader struct {
	text        []byte
	at          int // the last place
	start, code int // of its line, and of what follows the last comment there
}

// before returns the line up to a place.
func (l *lineReader) before(place int) []byte {
	if place < l.at {
		*l = lineReader{text: l.text}
	}
	if end := bytes.LastIndexAny(l.text[l.at:place], "\n\r"); end >= 0 {
		l.start = l.at + end + 1
		l.code = l.start
	}
	from := max(l.code, l.at-1) // the last place may have been within */
	if end := bytes.LastIndex(l.text[from:max(from, place)], []byte("*/")); end >= 0 {
		l.code = from + end + 2
	}
	l.at = place
	return l.text[l.start:place]
}

// afterComment returns what of that follows the end of its last comment.
func (l *lineReader) afterComment(place int) []byte {
	l.before(place)
	return l.text[l.code:place]
}
