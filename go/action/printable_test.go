package action

import "testing"

func TestPrintable(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"text": {"a.c:1:2: warning: über\n\t^~~\n", "a.c:1:2: warning: über\n\t^~~\n"},
		"clang's colours": {
			"\x1b[0;1;31merror: \x1b[0m\x1b[1mno\x1b[0m\n",
			"\x1b[0;1;31merror: \x1b[0m\x1b[1mno\x1b[0m\n",
		},
		"other colours":       {"\x1b[38:5:9mred\x1b[m", "\x1b[38:5:9mred\x1b[m"},
		"a colour left on":    {"\x1b[8mhidden\n", "\x1b[8mhidden\n\x1b[0m"},
		"off, then on":        {"\x1b[0mx\x1b[0;8m", "\x1b[0mx\x1b[0;8m\x1b[0m"},
		"clear the screen":    {"\x1b[2J\x1b[Hx", "?[2J?[Hx"},
		"title":               {"\x1b]0;pwned\x07x", "?]0;pwned?x"},
		"link":                {"\x1b]8;;http://a\x1b\\x", "?]8;;http://a?\\x"},
		"report":              {"\x1b[6n\x1bc\x05", "?[6n?c?"},
		"within a sequence":   {"\x1b[\x1b[2Jm\x1b[1;", "?[?[2Jm?[1;"},
		"over a line":         {"error\rfine \b\b\n", "error?fine ??\n"},
		"ends of lines":       {"a\r\nb\r\r\n", "a\r\nb?\r\n"},
		"C1, UTF-8":           {"\u009b2J\u0085", "?2J?"},
		"C1, Latin-1":         {"\x9b2J\xe9\xc3", "?2J\xe9\xc3"},
		"NUL and DEL":         {"a\x00b\x7f", "a?b?"},
		"nothing":             {"", ""},
		"a replaced letter":   {"\ufffd", "\ufffd"},
		"the end of a colour": {"\x1b[1", "?[1"},
	} {
		if got := string(Printable([]byte(test.in))); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
