package searchpath

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"thinrex/go/compile/cppscan"
	"thinrex/go/host/memo"
)

// A finder works out the conditions under which the compiler finds files where it found
// them.
type finder struct {
	disk
	ctx     context.Context
	steps   int // so that ctx is asked every now and then
	search  *SearchPath
	deps    []string               // the names of all files that were read
	isDep   map[string]bool        // deps
	read    map[memo.FileID]int    // deps, by index
	isOther map[string]bool        // names of files that were read by others
	other   []other                // those of them that stand for themselves
	folders map[memo.FileID]string // by which name each was met first
	entries map[entry]string       // likewise
	routes  map[routeKey]*route
	asked   map[question]*answer // what was looked for on the search path
	spelt   [][]spelling         // of deps
	beside  map[string]bool      // folders of files with a computed #include
	found   map[condition]bool
	reason  string // why they aren't known, or ""

	watchShadowed bool                // see shadowed, whose these are
	hidden        map[question]hiding // what was looked for
	noted         map[question]bool
}

// namesPerFile is about how many names the compiler looks for, in a big library, for
// each file that it reads.
const namesPerFile = 4

func newFinder(ctx context.Context, search *SearchPath, r Reading, began Moment) *finder {
	n := len(r.Files)
	f := &finder{
		disk:    newDisk(began, namesPerFile*n),
		ctx:     ctx,
		search:  search,
		deps:    r.Files,
		isDep:   make(map[string]bool, n),
		read:    make(map[memo.FileID]int, n),
		isOther: map[string]bool{},
		folders: map[memo.FileID]string{},
		entries: make(map[entry]string, n),
		routes:  map[routeKey]*route{},
		asked:   make(map[question]*answer, n),
		beside:  map[string]bool{},
		found:   make(map[condition]bool, namesPerFile*n),
		hidden:  map[question]hiding{},
		noted:   map[question]bool{},
	}
	for i, name := range r.Files {
		if strings.Contains(name, ".framework/Frameworks/") {
			f.reason = name + " lies in a framework within another, where headers are looked for at last"
		}
		f.isDep[name] = true
		if fi := f.learn(name, r.Stats[i]); fi != nil {
			f.read[fi.ID()] = i
		}
	}
	return f
}

// stopped counts a step of the search, and reports whether the search must end. It then
// says in reason why.
func (f *finder) stopped() bool {
	const often = 64
	if f.steps++; f.steps%often == 0 && f.reason == "" {
		switch {
		case f.ctx.Err() != nil:
			f.reason = f.ctx.Err().Error()
		case len(f.found) > f.mostConditions():
			f.reason = fmt.Sprintf("what it reads depends on more than %d other names", f.mostConditions())
		}
	}
	return f.reason != ""
}

// mostConditions bounds the conditions: by a few times as many as a compiler needs that
// looks for each file in all folders. Only an #include whose name is a macro leads to more.
func (f *finder) mostConditions() int {
	return 4 * (len(f.deps) + 100) * (len(f.search.Quote) + len(f.search.Angle) + 8)
}

// addSource follows the probes of one file that was read.
func (f *finder) addSource(file string, s cppscan.Source) {
	for _, p := range s.Probes {
		if f.stopped() {
			return
		}
		f.followProbe(file, p)
		f.shadowed(file, p.Name, p.Quoted, p.All)
	}
	if s.Computed {
		f.computed(above(file))
	}
}

// addForced follows a file that -include names. Clang prefers a precompiled header beside
// it, which thinrex doesn't understand: so it must stay absent.
func (f *finder) addForced(name string) {
	places := f.search.Places("", name, true)
	f.followProbe("", cppscan.Probe{Name: name, Quoted: true})
	f.shadowed("", name, true, false)
	for _, p := range places {
		for _, suffix := range []string{".pch", ".gch"} {
			if f.stat(p+suffix) != nil {
				f.reason = p + suffix + " may be a precompiled header"
			}
			f.found[f.absent(p+suffix)] = true
		}
	}
}

// A question is a name that is looked for on the search path.
type question struct {
	name        string
	quoted, all bool
}

// An answer says how a search ended, and what must stay as it is for that.
type answer struct {
	passed []condition
	stops  int  // how many of the route were passed
	ended  bool // at a file, whether or not that was read
	read   bool
	noted  bool
}

// followProbe notes what must stay as it is for a probe to end as it did: at the first
// place where there is a file, or at the last one. The search path is searched once for
// each name, not for each file that includes it.
func (f *finder) followProbe(file string, p cppscan.Probe) {
	var beside answer
	for _, place := range f.search.Beside(file, p.Name, p.Quoted) { // one, or none
		f.lookInPlace(p.All, place, &beside)
	}
	if beside.ended {
		return // at once, or this directive was skipped
	}
	q := question{p.Name, p.Quoted, p.All}
	path, known := f.asked[q]
	if !known {
		path = f.lookOnPath(q)
		f.asked[q] = path
	}
	if !path.read && !p.All {
		return // this directive was skipped
	}
	f.noteConditions(beside.passed)
	if !path.noted {
		f.noteConditions(path.passed)
		f.noteMissing(p.Name, p.Quoted, path.stops)
		path.noted = true
	}
}

func (f *finder) lookOnPath(q question) *answer {
	a := new(answer)
	for place, stops := range f.places(q.name, q.quoted) {
		a.stops = stops
		if f.lookInPlace(q.all, place, a); a.ended {
			return a
		}
	}
	if !filepath.IsAbs(q.name) {
		a.stops = len(f.route(q.name, q.quoted).stops)
	}
	return a
}

// lookInPlace looks in one place. If there is a file, the search ends, unless it is one for
// all files of that name.
func (f *finder) lookInPlace(all bool, place string, a *answer) {
	fi := f.stat(place)
	vacant, ok := f.vacant(place, fi)
	switch {
	case ok:
		a.passed = append(a.passed, vacant)
	case filepath.Separator == '/' && strings.Contains(place, `\`):
		f.reason = place + " stands in depfiles with a slash"
	case !all:
		a.ended, a.read = true, f.wasRead(place, fi)
	case !f.wasRead(place, fi):
		a.passed = append(a.passed, condition(isFile)+condition(place))
	}
}

// vacant is the condition that no file comes to a place where there is none.
func (f *finder) vacant(path string, fi *status) (c condition, ok bool) {
	switch {
	case fi == nil:
		return f.absent(path), true
	case fi.isDir():
		return condition(isFolder) + condition(path), true
	}
	return "", false
}

func (f *finder) noteConditions(conditions []condition) {
	for _, c := range conditions {
		f.found[c] = true
	}
}
