package report

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether somebody sees what is written to f. /dev/null is no
// terminal, though it is a character device like one.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
