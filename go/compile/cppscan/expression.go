package cppscan

import "bytes"

// An expression is what follows #if, or a macro's name.
type expression struct {
	*Source
	others map[string]bool // names for __has_include, if not that one itself
	macro  bool
}

func (e *expression) isQuestion(word string) bool { return isQuestion(word) || e.others[word] }

// readLine reads up to the end of the line, and returns the text after that.
func (e *expression) readLine(text []byte) []byte {
	var calls []bool // for each open parenthesis, whether it may be a macro's
	ofMacros := 0    // those
	name, defined := false, false
	for e.Reason == "" {
		text = e.skipSpace(text)
		if lineEnd(text) > 0 || len(text) == 0 || bytes.HasPrefix(text, []byte("//")) {
			break
		}
		c := text[0]
		switch {
		case isNameByte(c):
			word, rest := cutName(text)
			if e.isQuestion(string(word)) && !defined {
				if ofMacros > 0 {
					e.Reason = aliased
				}
				rest, calls = e.noteQuestion(string(word), rest), append(calls, false)
			}
			if c >= '0' && c <= '9' {
				rest = cutNumber(rest)
			}
			text, name, defined = rest, true, string(word) == "defined"
			continue
		case c == '(':
			if calls = append(calls, name && !defined); name && !defined {
				ofMacros++
			}
			text, name = text[1:], false
			continue
		case c == ')' && len(calls) > 0:
			if last := len(calls) - 1; calls[last] {
				ofMacros--
			}
			calls = calls[:len(calls)-1]
			text = text[1:]
		case c == '"' || c == '\'':
			text = e.literal(text)
		case c == '#' || c == '\\' || bytes.HasPrefix(text, []byte("%:")):
			e.Reason = aliased
		default:
			text = text[1:]
		}
		name, defined = false, false
	}
	return text
}

// cutNumber skips the rest of a number with ' between its digits.
func cutNumber(text []byte) []byte {
	for len(text) > 1 && text[0] == '\'' && isNameByte(text[1]) {
		_, text = cutName(text[1:])
	}
	return text
}

// literal skips a string or a character.
func (e *expression) literal(text []byte) []byte {
	for i := 1; i < len(text) && lineEnd(text[i:]) == 0; i++ {
		switch text[i] {
		case text[0]:
			return text[i+1:]
		case '\\':
			i++
		}
	}
	e.Reason = aliased
	return nil
}

// noteQuestion adds the probe of one use of __has_include, the word before text, or says in
// Reason why that can't be done. It returns the text after it.
func (e *expression) noteQuestion(word string, text []byte) []byte {
	open := e.skipSpace(text)
	if word == hasEmbed {
		e.Reason = "asks " + hasEmbed
		return text
	}
	if len(open) == 0 || open[0] != '(' {
		e.Reason = aliased
		return text
	}
	open = e.skipSpace(open[1:])
	name, quoted, ok := headerName(open)
	// In a macro, or as its argument, a name between < and > is words.
	if !ok || e.macro && quoted || !quoted && (e.macro || e.others[word]) && !e.takeSpelledName(name) {
		e.Reason = aliased
		return text
	}
	e.Probes = append(e.Probes, Probe{name, quoted, true})
	return open[len(name)+2:]
}
