package headers

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"thinrex/go/includes"
)

// A finder works out the conditions under which files are found where they
// were.
type finder struct {
	world
	search  *SearchPath
	deps    []string        // the names of all files that were read
	isDep   map[string]bool // deps
	byState map[state][]fs.FileInfo
	other   map[string]bool // names of files that were read by others
	spelt   []spelling      // of deps
	beside  map[string]bool // folders of files with a computed #include
	found   map[condition]bool
	reason  string // why they aren't known, or ""

	watchShadowed bool // see shadowed
}

// A state is what equal files have in common.
type state struct {
	size int64
	time time.Time
}

func stateOf(fi fs.FileInfo) state { return state{fi.Size(), fi.ModTime()} }

func newFinder(search *SearchPath, deps []string, began Moment) *finder {
	f := &finder{
		world: world{began: began, known: map[string]fs.FileInfo{}, walked: map[string]bool{}}, search: search, deps: deps,
		isDep: map[string]bool{}, byState: map[state][]fs.FileInfo{},
		other: map[string]bool{}, beside: map[string]bool{}, found: map[condition]bool{},
	}
	for _, name := range deps {
		if strings.Contains(name, ".framework/Frameworks/") {
			f.reason = name + " lies in a framework within another, where headers are looked for at last"
		}
		f.isDep[name] = true
		if fi := f.stat(name); fi != nil {
			f.byState[stateOf(fi)] = append(f.byState[stateOf(fi)], fi)
		}
	}
	return f
}

// wasRead also knows a file that was read by another name. That name may have
// been asked for, too, and left out as the same file.
func (f *finder) wasRead(path string, fi fs.FileInfo) bool {
	if f.isDep[path] {
		return true
	}
	same := slices.ContainsFunc(f.byState[stateOf(fi)], func(dep fs.FileInfo) bool { return os.SameFile(fi, dep) })
	if same {
		f.other[path] = true
	}
	return same
}

// add takes the probes of one file that was read.
func (f *finder) add(file string, s includes.Source) {
	for _, p := range s.Probes {
		places := f.search.Places(file, p.Name, p.Quoted)
		f.follow(p.All, places)
		f.shadowed(p.All, places)
	}
	if s.Computed {
		f.computed(above(file))
	}
}

// force takes a file that an option had included. Clang prefers a precompiled
// one beside it, which nothing here understands.
func (f *finder) force(name string) {
	places := f.search.Places("", name, true)
	f.follow(false, places)
	f.shadowed(false, places)
	for _, p := range places {
		for _, suffix := range []string{".pch", ".gch"} {
			if f.stat(p+suffix) != nil {
				f.reason = p + suffix + " may be a precompiled header"
			}
			f.found[f.absent(p+suffix)] = true
		}
	}
}

// follow notes what must stay as it is for a search through places, up to the
// first that is there or through all, to end as it did.
func (f *finder) follow(all bool, places []string) {
	var passed []condition
	for _, p := range places {
		fi := f.stat(p)
		vacant, ok := f.vacant(p, fi)
		switch {
		case ok:
			passed = append(passed, vacant)
		case filepath.Separator == '/' && strings.Contains(p, `\`):
			f.reason = p + " stands in depfiles with a slash"
			return
		case all:
			if !f.wasRead(p, fi) {
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

// vacant is the condition that no file comes to a place where there is none.
func (f *finder) vacant(path string, fi fs.FileInfo) (c condition, ok bool) {
	switch {
	case fi == nil:
		return f.absent(path), true
	case fi.IsDir():
		return condition(isFolder) + condition(path), true
	}
	return "", false
}

func (f *finder) note(conditions []condition) {
	for _, c := range conditions {
		f.found[c] = true
	}
}
