package compile

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What a name must be for an earlier compilation to stand: the files that it
// read must have the digests that they had, and where it looked for them in
// vain nothing may have appeared. ccache doesn't do the latter.
const (
	isAbsent = 'A' // nothing by that name
	isFile   = 'F' // a file that was looked for, not read
	isFolder = 'D' // a folder, or nothing
)

// A condition is one of these letters and a name.
type condition string

// holds reports whether the condition is met now.
func (c condition) holds() bool {
	there, folder := kindOf(string(c[1:]))
	switch {
	case !there:
		return c[0] != isFile
	case c[0] == isFile:
		return !folder
	}
	return c[0] == isFolder && folder
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

// A finder works out the conditions under which files are found where they
// were.
type finder struct {
	world
	search *searchPath
	deps   []string            // the names of all files that were read
	isDep  map[string]bool     // deps
	byBase map[string][]string // deps, by their last part
	found  map[condition]bool
	reason string // why they aren't known, or ""
}

func newFinder(search *searchPath, deps []string, began moment) *finder {
	f := &finder{
		world: world{began: began, known: map[string]fs.FileInfo{}, walked: map[string]bool{}}, search: search, deps: deps,
		isDep: map[string]bool{}, byBase: map[string][]string{}, found: map[condition]bool{},
	}
	for _, name := range deps {
		f.isDep[name] = true
		f.byBase[filepath.Base(name)] = append(f.byBase[filepath.Base(name)], name)
	}
	return f
}

// wasRead also knows a file that was read by another name.
func (f *finder) wasRead(path string, fi fs.FileInfo) bool {
	if f.isDep[path] {
		return true
	}
	return slices.ContainsFunc(f.byBase[filepath.Base(path)], func(dep string) bool {
		other := f.stat(dep)
		return other != nil && os.SameFile(fi, other)
	})
}

// add takes the probes of one file that was read.
func (f *finder) add(file string, s scan) {
	for _, p := range s.probes {
		f.follow(p, f.search.places(file, p.name, p.quoted))
	}
	if s.computed {
		f.computed(file)
	}
}

// force takes a file that an option had included. Clang prefers a precompiled
// one beside it, which nothing here understands.
func (f *finder) force(name string) {
	places := f.search.places("", name, true)
	f.follow(probe{name: name}, places)
	for _, p := range places {
		for _, suffix := range []string{".pch", ".gch"} {
			if f.stat(p+suffix) != nil {
				f.reason = p + suffix + " may be a precompiled header"
			}
			f.found[f.absent(p+suffix)] = true
		}
	}
}

// places lists the names under which the compiler looks for a file.
func (s *searchPath) places(file, name string, quoted bool) []string {
	if filepath.IsAbs(name) {
		return []string{name}
	}
	var places []string
	if quoted {
		places = append(places, join(dirOf(file), name))
		for _, dir := range s.Quote {
			places = append(places, join(dir, name))
		}
	}
	for _, dir := range s.Angle {
		places = append(places, join(dir, name))
	}
	return places
}

// follow notes what must stay as it is for the probe to end as it did.
func (f *finder) follow(l probe, places []string) {
	var passed []condition
	for _, p := range places {
		fi := f.stat(p)
		switch {
		case fi == nil:
			passed = append(passed, f.absent(p))
		case fi.IsDir():
			passed = append(passed, condition(isFolder)+condition(p))
		case filepath.Separator == '/' && strings.Contains(p, `\`):
			f.reason = p + " stands in depfiles with a slash"
			return
		case l.all:
			if !f.isDep[p] {
				passed = append(passed, condition(isFile)+condition(p))
			}
		case f.wasRead(p, fi):
			f.note(passed)
			return
		default:
			return // this directive was skipped
		}
	}
	if l.all {
		f.note(passed)
	}
}

func (f *finder) note(conditions []condition) {
	for _, c := range conditions {
		f.found[c] = true
	}
}

// computed takes a file with an #include whose name only the preprocessor
// knows: any of the files that were read may be what it named.
func (f *finder) computed(file string) {
	for _, dep := range f.deps {
		for _, dir := range slices.Concat(f.search.Quote, f.search.Angle) {
			if name, ok := strings.CutPrefix(dep, join(dir, "")); ok && name != "" && !filepath.IsAbs(name) {
				f.follow(probe{name: name}, f.search.places(file, name, true))
			}
		}
	}
}

// conditions returns all of them, sorted.
func (f *finder) conditions() []string {
	list := make([]string, 0, len(f.found))
	for c := range f.found {
		list = append(list, string(c))
	}
	slices.Sort(list)
	return list
}

// join names a file in a folder as clang does, and as it then stands in a
// depfile: without ./ in front.
func join(dir, name string) string {
	if dir != "" && !strings.HasSuffix(dir, "/") {
		dir += "/"
	}
	return withoutDot(dir + name)
}

func dirOf(file string) string {
	i := strings.LastIndexByte(file, '/')
	return file[:i+1]
}

// withoutDot is LLVM's path::remove_leading_dotslash.
func withoutDot(path string) string {
	for strings.HasPrefix(path, "./") {
		path = strings.TrimLeft(path[2:], "/")
	}
	return path
}
