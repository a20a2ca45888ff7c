package headers

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/includes"
)

// A finder works out the conditions under which files are found where they
// were.
type finder struct {
	world
	search *SearchPath
	deps   []string            // the names of all files that were read
	isDep  map[string]bool     // deps
	byBase map[string][]string // deps, by their last part
	found  map[condition]bool
	reason string // why they aren't known, or ""
}

func newFinder(search *SearchPath, deps []string, began Moment) *finder {
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
func (f *finder) add(file string, s includes.Source) {
	for _, p := range s.Probes {
		f.follow(p.All, f.search.places(file, p.Name, p.Quoted))
	}
	if s.Computed {
		f.computed(file)
	}
}

// force takes a file that an option had included. Clang prefers a precompiled
// one beside it, which nothing here understands.
func (f *finder) force(name string) {
	places := f.search.places("", name, true)
	f.follow(false, places)
	for _, p := range places {
		for _, suffix := range []string{".pch", ".gch"} {
			if f.stat(p+suffix) != nil {
				f.reason = p + suffix + " may be a precompiled header"
			}
			f.found[f.absent(p+suffix)] = true
		}
	}
}

// computed takes a file with an #include whose name only the preprocessor
// knows: any of the files that were read may be what it named.
func (f *finder) computed(file string) {
	for _, dep := range f.deps {
		for _, dir := range slices.Concat(f.search.Quote, f.search.Angle) {
			if name, ok := strings.CutPrefix(dep, join(dir, "")); ok && name != "" && !filepath.IsAbs(name) {
				f.follow(false, f.search.places(file, name, true))
			}
		}
	}
}

// follow notes what must stay as it is for a search through places, up to the
// first that is there or through all, to end as it did.
func (f *finder) follow(all bool, places []string) {
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
		case all:
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
	if all {
		f.note(passed)
	}
}

func (f *finder) note(conditions []condition) {
	for _, c := range conditions {
		f.found[c] = true
	}
}
