package searchpath

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"thinrex/go/compile/cppscan"
	"thinrex/go/host/memo"
)

// A condition is one of these letters and a path, and says what must hold for that path at
// a hit. Unlike in ccache, that a file is absent counts, too.
type condition string

const (
	isAbsent = 'A' // nothing by that name
	isFile   = 'F' // a file that was looked for, not read
	isFolder = 'D' // a folder, or nothing
	isOther  = 'O' // a file other than the one whose name follows after a zero byte
	isSame   = 'S' // the same file, by another name or a link

	isSameFolder = 'T' // a folder, the same as the one whose name follows after a zero byte
)

// Hold reports whether all conditions are met now. It returns false if the context ends
// first: each condition costs a system call, and a manifest from a service may have a great
// many.
func Hold(ctx context.Context, conditions []string) bool {
	const often = 64
	for i, c := range conditions {
		if i%often == 0 && ctx.Err() != nil || !condition(c).holds() {
			return false
		}
	}
	return true
}

// IsCondition reports whether a line of a manifest is a condition.
func IsCondition(line string) bool {
	return len(line) > 1 && strings.IndexByte("AFDOST", line[0]) >= 0
}

func (c condition) holds() bool {
	if c[0] == isOther || c[0] == isSame || c[0] == isSameFolder {
		return c.holdsOfTwo()
	}
	s, there, err := statusOf(string(c[1:]))
	switch {
	case err != nil:
		return false
	case !there:
		return c[0] != isFile
	case c[0] == isFile:
		return !s.isDir()
	}
	return c[0] == isFolder && s.isDir()
}

// A Reading is what a compilation has read, by the compiler's own list.
type Reading struct {
	Files    []string           // by name, the source first
	Stats    []memo.Fingerprint // of each of them since the compilation ended; zero for a link
	Sources  []cppscan.Source   // what each of them asks for
	Forced   []string           // files that -include and -imacros name
	Complete bool               // Files has each name by which a file was included, not only one for each file
	Shadowed bool               // the compiler warns of headers behind the one that it includes
}

// Conditions returns what must hold for a compilation to read the same files again.
//
// conditions, sorted, are about paths that were searched and that weren't read: mostly that
// nothing is there. names are the files whose content must be the same: those that were
// read, each by one name for each folder that it is in, and other names of theirs for which
// the sources may ask, because each name may come to mean another file. It fails if the
// compiler may have read other files than those that are there now.
//
// The work grows with the number of directives and of folders searched, not
// with how names can be combined: see standsFor.
func (s *SearchPath) Conditions(ctx context.Context, began Moment, r Reading) (names, conditions []string, err error) {
	f := newFinder(ctx, s, r, began)
	f.watchShadowed = r.Shadowed
	var follow []int
	for i, name := range r.Files {
		if f.standsFor(name) {
			names, follow = append(names, name), append(follow, i)
		}
	}
	for _, name := range r.Forced {
		f.addForced(name)
	}
	for _, i := range follow {
		f.addSource(r.Files[i], r.Sources[i])
	}
	for i := 0; i < len(f.other) && !f.stopped(); i++ {
		names = append(names, f.other[i].name)
		if !r.Complete { // otherwise it was included by names that are followed already, if at all
			f.addSource(f.other[i].name, r.Sources[f.other[i].source])
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case f.reason != "":
		return nil, nil, errors.New(f.reason)
	case f.late != "":
		return nil, nil, fmt.Errorf("%s is too new: it may have changed while the compiler ran", f.late)
	}
	conditions = f.conditions()
	if err := f.unsure(conditions); err != nil {
		return nil, nil, err
	}
	if !s.Stands() {
		return nil, nil, errors.New("folders in which the compiler searches have changed while it ran")
	}
	return names, conditions, nil
}

// absent returns the condition that path stays absent. If its folder is absent, too, that is
// the folder's condition, which many paths share. Paths aren't cleaned: GCC's folders are
// called …/12/../../../../include.
func (w *disk) absent(path string) condition {
	for {
		end := strings.LastIndexByte(path, '/')
		if end <= 0 || w.stat(path[:end]) != nil {
			return condition(isAbsent) + condition(path)
		}
		path = path[:end]
	}
}

// conditions returns all that were found, sorted.
func (f *finder) conditions() []string {
	list := make([]string, 0, len(f.found))
	for c := range f.found {
		list = append(list, string(c))
	}
	slices.Sort(list)
	return list
}
