package headers

import (
	"os"
	"strings"
)

// shadowed notes, for a compiler that warns of a header which the one that it
// includes hides, what is in all places of a name: nothing, or which of the
// files there are one file, of which it doesn't warn. The warning names the
// folder of the first that is another one. Which of the files is included isn't
// known after include_next or __has_include, so each is compared with the one
// before it.
//
// Source: HeaderSearch::diagnoseHeaderShadowing in clang/lib/Lex/HeaderSearch.cpp,
// which skips folders of the system; here they count.
func (f *finder) shadowed(all bool, places []string) {
	if !f.watchShadowed {
		return
	}
	var conditions []condition
	last := ""
	for _, p := range places {
		fi := f.stat(p)
		vacant, ok := f.vacant(p, fi)
		switch {
		case ok:
			conditions = append(conditions, vacant)
			continue
		case last == "" && !all && !f.wasRead(p, fi):
			return // this directive was skipped
		case last == "" || p == last:
		case os.SameFile(fi, f.stat(last)):
			conditions = append(conditions, condition(isSame)+condition(p+"\x00"+last))
		default:
			conditions = append(conditions, condition(isOther)+condition(p+"\x00"+last))
		}
		last = p
	}
	f.note(conditions)
}

// holdsOfTwo is holds for isOther, isSame and isSameFolder.
func (c condition) holdsOfTwo() bool {
	first, second, _ := strings.Cut(string(c[1:]), "\x00")
	folders := c[0] == isSameFolder
	x, err := os.Stat(first)
	if err != nil || x.IsDir() != folders {
		return false
	}
	y, err := os.Stat(second)
	return err == nil && y.IsDir() == folders && os.SameFile(x, y) == (c[0] != isOther)
}
