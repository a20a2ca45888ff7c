package headers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"thinrex/go/includes"
)

// A condition is one of these letters and a name. ccache has none for what isn't
// there.
type condition string

const (
	isAbsent = 'A' // nothing by that name
	isFile   = 'F' // a file that was looked for, not read
	isFolder = 'D' // a folder, or nothing
	isOther  = 'O' // a file other than the one whose name follows after a zero byte
	isSame   = 'S' // the same file, by another name or a link
)

// Hold reports whether conditions are met now.
func Hold(conditions []string) bool {
	for _, c := range conditions {
		if !condition(c).holds() {
			return false
		}
	}
	return true
}

// IsCondition reports whether a line is one, from Conditions.
func IsCondition(line string) bool {
	return len(line) > 1 && strings.IndexByte("AFDOS", line[0]) >= 0
}

func (c condition) holds() bool {
	if c[0] == isOther || c[0] == isSame {
		return c.holdsOfTwo()
	}
	there, folder := kindOf(string(c[1:]))
	switch {
	case !there:
		return c[0] != isFile
	case c[0] == isFile:
		return !folder
	}
	return c[0] == isFolder && folder
}

// Conditions returns what names must be for a compilation to read the same
// files again, sorted: those where it looked in vain for names that the sources
// ask for. The files themselves, of which sources tells one by one what they
// ask, are to be compared by their content. It fails if the compiler may have
// read others than those that are there now.
//
// More are other names, which the sources may ask for, of files that were read.
// If there are any, conditions aren't known before these are among the files,
// too: what is there may change for each name alone.
//
// With shadowed, the compiler warns of headers behind the one that it includes:
// then their places count as well.
func (s *SearchPath) Conditions(began Moment, files []string, sources []includes.Source, forced []string, shadowed bool) (conditions, more []string, err error) {
	f := newFinder(s, files, began)
	f.watchShadowed = shadowed
	for _, name := range forced {
		f.force(name)
	}
	for i, name := range files {
		f.add(name, sources[i])
	}
	conditions = f.conditions()
	switch {
	case f.reason != "":
		return nil, nil, errors.New(f.reason)
	case f.late != "":
		return nil, nil, fmt.Errorf("%s is too new: it may have changed meanwhile", f.late)
	case !Hold(conditions) || !s.Stands():
		return nil, nil, errors.New("files have come or gone meanwhile")
	case len(f.other) > 0:
		return nil, slices.Sorted(maps.Keys(f.other)), nil
	}
	return conditions, nil, nil
}

// absent returns the condition that path stays absent. Names in a folder that
// isn't there either share the folder's. Its name is taken as it stands: GCC's
// folders are called …/12/../../../../include.
func (w *world) absent(path string) condition {
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
