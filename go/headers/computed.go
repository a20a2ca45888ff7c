package headers

import (
	"path/filepath"
	"slices"
	"strings"
)

// A spelling is one by which a file that was read may have been asked for.
type spelling struct{ name, file string }

// computed takes a folder with a file that has an #include whose name only the
// preprocessor knows: any of the files that were read may be what it named, and
// in any way.
func (f *finder) computed(folder string) {
	if len(f.beside) == 0 {
		f.spelt = f.spellings()
		for _, s := range f.spelt {
			f.before(s.file, f.search.quotePlaces(s.name))
			f.before(s.file, f.search.Places("", s.name, false))
		}
	}
	if f.beside[folder] {
		return
	}
	f.beside[folder] = true
	for _, s := range f.spelt {
		f.before(s.file, []string{join(folder, s.name)})
		f.shadowed(true, f.search.Places(folder, s.name, true))
	}
	for _, dep := range f.deps {
		if name, ok := strings.CutPrefix(dep, folder); ok && !filepath.IsAbs(name) {
			f.shadowed(true, f.search.Places(folder, name, true))
		}
	}
}

func (f *finder) spellings() (list []spelling) {
	var dirs []string
	for _, dir := range slices.Concat(f.search.Quote, f.search.Angle) {
		dirs = append(dirs, join(dir, ""))
	}
	for _, dep := range f.deps {
		for _, dir := range dirs {
			if name, ok := strings.CutPrefix(dep, dir); ok && name != "" && !filepath.IsAbs(name) {
				list = append(list, spelling{name, dep})
			}
		}
	}
	return list
}

// before notes where a file would have been found in the place of another.
func (f *finder) before(file string, places []string) {
	for _, p := range places {
		if p == file {
			return
		}
		if c, ok := f.vacant(p, f.stat(p)); ok {
			f.found[c] = true
		}
	}
}
