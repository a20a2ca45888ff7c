package searchpath

import (
	"path/filepath"
	"slices"
	"strings"
)

// A spelling is a name by which a file that was read may have been included.
type spelling struct{ name, file string }

// computed takes a folder with a file that has an #include whose name is a macro. It may
// have named any of the files that were read, in any spelling.
func (f *finder) computed(folder string) {
	if len(f.beside) == 0 {
		f.spelt = f.spellings()
		f.before(f.search.Quote)
		f.before(f.search.Angle)
	}
	if f.beside[folder] {
		return
	}
	f.beside[folder] = true
	f.before([]string{folder})
	if f.watchShadowed {
		f.computedShadowed(folder)
	}
}

func (f *finder) computedShadowed(folder string) {
	for _, group := range f.spelt {
		for _, s := range group {
			if f.stopped() {
				return
			}
			f.shadowed(folder, s.name, true, true)
		}
	}
	for _, dep := range f.deps {
		if name, ok := strings.CutPrefix(dep, folder); ok && !filepath.IsAbs(name) {
			f.shadowed(folder, name, true, true)
		}
	}
}

// spellings returns all spellings of all files, in groups that begin with the same folder.
func (f *finder) spellings() (groups [][]spelling) {
	var dirs []string
	for _, dir := range slices.Concat(f.search.Quote, f.search.Angle) {
		dirs = append(dirs, join(dir, ""))
	}
	byFolder := map[string]int{}
	for _, dep := range f.deps {
		for _, dir := range dirs {
			name, ok := strings.CutPrefix(dep, dir)
			if !ok || name == "" || filepath.IsAbs(name) {
				continue
			}
			i, known := byFolder[above(name)]
			if !known {
				i, byFolder[above(name)] = len(groups), len(groups)
				groups = append(groups, nil)
			}
			groups[i] = append(groups[i], spelling{name, dep})
		}
	}
	return groups
}

// before notes, for folders that are searched in order, the places where a file would have
// been found instead of the one that was read. In a folder that is absent, it looks up no
// names.
func (f *finder) before(folders []string) {
	for _, group := range f.spelt {
		rest := slices.Clone(group) // those not found yet
		for _, folder := range folders {
			if len(rest) == 0 || f.stopped() {
				break
			}
			if place := join(folder, rest[0].name); f.stat(folderOf(place)) == nil {
				f.found[f.absent(place)] = true
				continue
			}
			rest = slices.DeleteFunc(rest, func(s spelling) bool { return f.isAt(join(folder, s.name), s.file) })
		}
	}
}

// isAt reports whether a place is that of file. If nothing is there, it notes that this must
// stay so.
func (f *finder) isAt(place, file string) bool {
	if f.stopped() || place == file {
		return true
	}
	if c, ok := f.vacant(place, f.stat(place)); ok {
		f.found[c] = true
	}
	return false
}
