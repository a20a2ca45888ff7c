package searchpath

import "path/filepath"

// A route is the search path for all names that begin with the same folder. Most names are
// <folder/name.h>, and most folders of a search path have no such folder, so that is looked
// up once.
type route struct {
	stops []stop
	noted int // how many of these have their conditions in found
}

// A stop is one folder of a route.
type stop struct {
	folder  string // with its slash, or "" for the working directory
	missing bool
	vacant  condition // then
}

// route returns the route of a name that isn't absolute.
func (f *finder) route(name string, quoted bool) *route {
	key := routeKey{above(name), quoted}
	r, ok := f.routes[key]
	if ok {
		return r
	}
	r = &route{}
	base := name[len(key.folder):]
	for _, place := range f.search.OnPath(name, quoted) {
		s := stop{folder: place[:len(place)-len(base)]}
		if f.stat(folderOf(place)) == nil {
			s.missing, s.vacant = true, f.absent(place)
		}
		r.stops = append(r.stops, s)
	}
	f.routes[key] = r
	return r
}

type routeKey struct {
	folder string
	quoted bool
}

// places yields the places of a name on its route where there may be a file, and how many
// stops come before each.
func (f *finder) places(name string, quoted bool) func(yield func(place string, stops int) bool) {
	return func(yield func(string, int) bool) {
		if filepath.IsAbs(name) {
			yield(name, 0)
			return
		}
		base := name[len(above(name)):]
		for i, s := range f.route(name, quoted).stops {
			if !s.missing && !yield(s.folder+base, i) {
				return
			}
		}
	}
}

// noteMissing notes, for the first stops of a name's route, that absent folders must stay
// absent.
func (f *finder) noteMissing(name string, quoted bool, stops int) {
	if filepath.IsAbs(name) {
		return
	}
	r := f.route(name, quoted)
	for ; r.noted < stops; r.noted++ {
		if s := r.stops[r.noted]; s.missing {
			f.found[s.vacant] = true
		}
	}
}
