package searchpath

import (
	"path/filepath"
	"strings"
)

// shadowed is for a compiler that warns of a header which the included one hides
// (-Wshadow-header). It notes what is in all places of a name: nothing, or which of the
// files there are one file, of which the compiler doesn't warn. The warning names the folder
// of the first that is another file. After include_next or __has_include it isn't known
// which of the files is included, so each is compared with the one before it.
//
// Source: HeaderSearch::diagnoseHeaderShadowing in clang/lib/Lex/HeaderSearch.cpp,
// which skips folders of the system; here they count.
func (f *finder) shadowed(file, name string, quoted, all bool) {
	if !f.watchShadowed {
		return
	}
	path := f.hiddenOnPath(question{name, quoted, all})
	for _, p := range f.search.Beside(file, name, quoted) { // one, or none
		fi := f.stat(p)
		vacant, ok := f.vacant(p, fi)
		switch {
		case ok && path.skipped:
			return
		case ok:
			f.found[vacant] = true
		case !all && !f.wasRead(p, fi):
			return // this directive was skipped
		default:
			path.skipped = false // by another file
			if path.first != "" && path.first != p {
				f.found[f.compared(path.first, p)] = true
			}
		}
	}
	if !path.skipped && !f.noted[path.question] {
		f.noteConditions(path.conditions)
		if !filepath.IsAbs(name) {
			f.noteMissing(name, quoted, len(f.route(name, quoted).stops))
		}
		f.noted[path.question] = true
	}
}

// A hiding is what lies in the places of a name that are the same for all files.
type hiding struct {
	question
	conditions []condition
	first      string // place of a file, or ""
	skipped    bool   // it wasn't read, so the directive was skipped unless it found another file before
}

func (f *finder) hiddenOnPath(q question) hiding {
	if h, ok := f.hidden[q]; ok {
		return h
	}
	h := hiding{question: q}
	last := ""
	for p := range f.places(q.name, q.quoted) {
		fi := f.stat(p)
		vacant, ok := f.vacant(p, fi)
		switch {
		case ok:
			h.conditions = append(h.conditions, vacant)
			continue
		case last == "":
			h.first, h.skipped = p, !q.all && !f.wasRead(p, fi)
		case p != last:
			h.conditions = append(h.conditions, f.compared(p, last))
		}
		last = p
	}
	f.hidden[q] = h
	return h
}

// compared is the condition that two files stay one, or two.
func (f *finder) compared(p, q string) condition {
	if sameFile(f.stat(p), f.stat(q)) {
		return condition(isSame) + condition(p+"\x00"+q)
	}
	return condition(isOther) + condition(p+"\x00"+q)
}

// holdsOfTwo is holds for isOther, isSame and isSameFolder.
func (c condition) holdsOfTwo() bool {
	first, second, _ := strings.Cut(string(c[1:]), "\x00")
	folders := c[0] == isSameFolder
	x, there, _ := statusOf(first)
	if !there || x.isDir() != folders {
		return false
	}
	y, there, _ := statusOf(second)
	return there && y.isDir() == folders && sameFile(&x, &y) == (c[0] != isOther)
}
