package clang

import (
	"debug/elf"
	"path/filepath"
	"slices"
	"strings"
)

// An object is the program, or a library that it loads.
type object struct {
	*header
	path  string
	dirs  []string // where the libraries that it needs are looked for, in order, before the loader's cache
	rpath []string // folders that also count for the libraries of its libraries
}

// A search looks for libraries as the loader of one program does.
type search struct {
	program     *header
	musl        bool
	libraryPath []string
	cache       loaderCache
	system      []string            // folders, after the cache
	variants    map[string][]string // capabilityFolders, by folder
	seen        *nameStates
}

func newSearch(program *header, env []string, w *nameStates) *search {
	s := &search{
		program:     program,
		musl:        isMusl(program.interpreter),
		libraryPath: libraryPath(env),
		variants:    map[string][]string{},
		seen:        w,
	}
	if s.musl {
		s.system = muslDirs(program.interpreter, w)
		return s
	}
	s.system = glibcDirs(program.interpreter)
	if cache := loaderCachePath(regularFile(program.interpreter)); cache != "" {
		w.record(wholeFile, cache)
		s.cache = readLoaderCache(cache)
	}
	return s
}

// newObject makes the object at path, which from needs, and finds out in which
// folders its own libraries are looked for. To musl, RPATH and RUNPATH are the same,
// and come after LD_LIBRARY_PATH. In glibc, a RUNPATH replaces the file's own RPATH
// and those of the files that led to it, and counts for that file alone.
func (s *search) newObject(path string, h *header, from *object) *object {
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

// findLibrary returns the libraries that a name may lead to: last the one for all
// processors, and before it those that certain processors take instead. A relative
// path with a folder isn't followed, because it depends on the working directory.
func (s *search) findLibrary(name string, from *object) (found []library) {
	if strings.ContainsRune(name, filepath.Separator) {
		if !filepath.IsAbs(name) {
			return nil
		}
		return s.appendLibrary(nil, name, 0)
	}
	for _, dir := range from.dirs {
		if found = s.inFolder(found, dir, name); s.servesAll(found) {
			return found
		}
	}
	cached := slices.Clone(s.cache[name])
	slices.SortStableFunc(cached, func(x, y cachedLibrary) int { return y.level - x.level })
	for _, lib := range cached {
		if found = s.appendLibrary(found, lib.path, lib.level); s.servesAll(found) {
			return found
		}
	}
	for _, dir := range s.system {
		if found = s.inFolder(found, dir, name); s.servesAll(found) {
			return found
		}
	}
	return found
}

// servesAll reports whether the last library found is for all processors, so that
// the search is over.
func (s *search) servesAll(found []library) bool {
	return len(found) > 0 && found[len(found)-1].level == 0
}

func (s *search) inFolder(found []library, dir, name string) []library {
	s.seen.record(whichDir, dir)
	realPath, err := filepath.EvalSymlinks(dir) // before a .. is taken off its end
	if err != nil {
		return found
	}
	if !s.musl {
		variants, known := s.variants[realPath]
		if !known {
			variants = capabilityFolders(realPath, s.seen)
			s.variants[realPath] = variants
		}
		for _, variant := range slices.Backward(variants) { // x86-64-v4 before v3
			found = s.appendLibrary(found, filepath.Join(variant, name), levelOf(variant))
		}
	}
	s.seen.record(wholeFile, dir+string(filepath.Separator)+name)
	return s.appendFile(found, filepath.Join(realPath, name), 0)
}

// appendLibrary appends the library at path, if there is one, and records the name.
func (s *search) appendLibrary(found []library, path string, level int) []library {
	s.seen.record(wholeFile, path)
	return s.appendFile(found, path, level)
}

// appendFile appends the library at path, if there is one. It leaves out files for
// another machine, as the loader does: where there are 32-bit libraries as well,
// their folders may come first.
func (s *search) appendFile(found []library, path string, level int) []library {
	realPath := regularFile(path)
	if realPath == "" {
		return found
	}
	h, err := readHeader(path)
	if err != nil || h == nil || h.Class != s.program.Class || h.Machine != s.program.Machine {
		return found
	}
	return append(found, library{path: realPath, at: path, level: level, header: h})
}

// inMusl are the libraries that are part of musl's loader.
var inMusl = []string{"libc", "libdl", "libm", "libpthread", "librt", "libutil", "libxnet"}

// isLoader reports whether a needed name means the loader itself.
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
