package clang

import (
	"debug/elf"
	"path/filepath"
	"slices"
	"strings"
)

// An object is a loaded file.
type object struct {
	*header
	path  string
	dirs  []string // where its libraries are looked for, in order, before the loader's cache
	rpath []string // what it leaves to its libraries, too
}

// A search looks for libraries as the loader of one program does.
type search struct {
	program     *header
	musl        bool
	libraryPath []string
	cache       loaderCache
	system      []string            // folders, after the cache
	variants    map[string][]string // capabilityFolders, by folder
	witness     *witness
}

func newSearch(program *header, env []string, w *witness) *search {
	s := &search{
		program: program, musl: isMusl(program.interpreter), libraryPath: libraryPath(env),
		variants: map[string][]string{}, witness: w,
	}
	if s.musl {
		s.system = muslDirs(program.interpreter, w)
		return s
	}
	s.system = glibcDirs(program.interpreter)
	if cache := loaderCachePath(absolute(program.interpreter)); cache != "" {
		w.note(wholeFile, cache)
		s.cache = readLoaderCache(cache)
	}
	return s
}

// object knows how the loaders differ: for musl, RPATH and RUNPATH are one,
// and come after LD_LIBRARY_PATH. In glibc, a RUNPATH voids the file's own
// RPATH and those of the files that led to it, and serves that file alone.
func (s *search) object(path string, h *header, from *object) *object {
	o := &object{header: h, path: path}
	rpath, runpath := expand(h.dynamic[elf.DT_RPATH], path), expand(h.dynamic[elf.DT_RUNPATH], path)
	switch {
	case s.musl && len(runpath) > 0:
		o.rpath = runpath
	case s.musl || len(runpath) == 0:
		o.rpath = rpath
	}
	if from != nil {
		o.rpath = slices.Concat(o.rpath, from.rpath)
	}
	switch {
	case s.musl:
		o.dirs = slices.Concat(s.libraryPath, o.rpath)
	case len(runpath) > 0:
		o.dirs = slices.Concat(s.libraryPath, runpath)
	default:
		o.dirs = slices.Concat(o.rpath, s.libraryPath)
	}
	return o
}

// lookup returns the library by a name, last, and before it those that certain
// processors take in its place.
func (s *search) lookup(name string, from *object) (found []library) {
	if strings.ContainsRune(name, filepath.Separator) {
		if !filepath.IsAbs(name) {
			return nil
		}
		return s.appendLibrary(nil, name, 0)
	}
	for _, dir := range from.dirs {
		if found = s.inFolder(found, dir, name); s.ends(found) {
			return found
		}
	}
	cached := slices.Clone(s.cache[name])
	slices.SortStableFunc(cached, func(x, y cachedLibrary) int { return y.level - x.level })
	for _, lib := range cached {
		if found = s.appendLibrary(found, lib.path, lib.level); s.ends(found) {
			return found
		}
	}
	for _, dir := range s.system {
		if found = s.inFolder(found, dir, name); s.ends(found) {
			return found
		}
	}
	return found
}

// ends reports whether the last library serves all processors.
func (s *search) ends(found []library) bool { return len(found) > 0 && found[len(found)-1].level == 0 }

func (s *search) inFolder(found []library, dir, name string) []library {
	s.witness.note(whichDir, dir)
	real, err := filepath.EvalSymlinks(dir) // before a .. is taken off its end
	if err != nil {
		return found
	}
	if !s.musl {
		variants, known := s.variants[real]
		if !known {
			variants = capabilityFolders(real, s.witness)
			s.variants[real] = variants
		}
		for _, variant := range slices.Backward(variants) { // x86-64-v4 before v3
			found = s.appendLibrary(found, filepath.Join(variant, name), levelOf(variant))
		}
	}
	s.witness.note(wholeFile, dir+string(filepath.Separator)+name)
	return s.appendFile(found, filepath.Join(real, name), 0)
}

// appendLibrary notes the file, too.
func (s *search) appendLibrary(found []library, path string, level int) []library {
	s.witness.note(wholeFile, path)
	return s.appendFile(found, path, level)
}

// appendFile leaves out files for another machine, as the loader does: where
// there are 32-bit libraries, too, their folders may come first.
func (s *search) appendFile(found []library, path string, level int) []library {
	real := absolute(path)
	if real == "" {
		return found
	}
	h, err := readHeader(path)
	if err != nil || h == nil || h.Class != s.program.Class || h.Machine != s.program.Machine {
		return found
	}
	return append(found, library{path: real, at: path, level: level, header: h})
}

// inMusl are the libraries that musl's loader holds itself.
var inMusl = []string{"libc", "libdl", "libm", "libpthread", "librt", "libutil", "libxnet"}

// isLoader reports whether the loader is what a file needs by this name.
func (s *search) isLoader(name string) bool {
	if name == filepath.Base(s.program.interpreter) {
		return true
	}
	base, _, dot := strings.Cut(name, ".")
	return s.musl && dot && slices.Contains(inMusl, base)
}

func isMusl(loader string) bool { return strings.HasPrefix(filepath.Base(loader), "ld-musl-") }

// expand splits search paths and replaces $ORIGIN by the file's folder.
func expand(values []string, path string) []string {
	var dirs []string
	for _, v := range values {
		for dir := range strings.SplitSeq(v, ":") {
			dir = strings.ReplaceAll(dir, "${ORIGIN}", "$ORIGIN")
			dirs = append(dirs, strings.ReplaceAll(dir, "$ORIGIN", filepath.Dir(path)))
		}
	}
	return dirs
}

func libraryPath(env []string) []string {
	for _, kv := range slices.Backward(env) {
		if v, ok := strings.CutPrefix(kv, "LD_LIBRARY_PATH="); ok {
			return strings.FieldsFunc(v, func(r rune) bool { return r == ':' || r == ';' })
		}
	}
	return nil
}
