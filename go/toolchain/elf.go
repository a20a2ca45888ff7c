package toolchain

import (
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A loaded is what a program consists of when it runs.
type loaded struct {
	files   []string // real paths: the loader and the libraries
	musl    bool
	levels  bool     // some files are for certain processors only
	missing []string // names of libraries that aren't found
}

// loadedFiles returns the loader and all shared libraries that the ELF program
// at path may load here, in the order of discovery, whatever the processor. It
// returns none for a file that isn't ELF.
func loadedFiles(path string, env []string, w *witness) (all loaded, err error) {
	libs, program, err := libraries(path, env, w)
	if err != nil || program == nil {
		return all, err
	}
	if loader := program.interpreter; loader != "" {
		w.note(wholeFile, loader)
		if real := absolute(loader); real != "" {
			all.files = append(all.files, real)
		}
		all.musl = isMusl(loader)
	}
	for _, lib := range libs {
		switch {
		case lib.path == "" && !lib.optional:
			all.missing = append(all.missing, lib.name)
		case lib.path != "" && !slices.Contains(all.files, lib.path):
			all.files = append(all.files, lib.path)
			all.levels = all.levels || lib.level > 0
		}
	}
	return all, nil
}

// A library is a shared library that a program loads.
type library struct {
	name     string  // by which it is needed
	path     string  // real; "" for one that isn't found
	at       string  // the path by which it was found: $ORIGIN is its folder
	level    int     // of the processors that it is for, as levelOf; 0 for any
	optional bool    // a variable or a file of the system names it: it may be missing
	neededBy string  // path
	header   *header // nil for one that isn't found
}

// libraries returns the shared libraries that the ELF program at path loads,
// in the loader's order, each name once, but for libraries that are there for
// several kinds of processor: the loader then takes the first that is for the one
// that it runs on. The rules are those of ld.so(8). The witness notes all that is
// looked at. The program is nil for a file that isn't ELF.
func libraries(path string, env []string, w *witness) (found []library, program *header, err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, nil, err
	}
	w.note(wholeFile, real)
	program, err = readHeader(real)
	if err != nil || program == nil {
		return nil, nil, err
	}
	s := newSearch(program, env, w)
	seen := map[string]bool{}
	var queue []*object
	load := func(name string, from *object, optional bool) {
		if seen[name] || s.isLoader(name) {
			return
		}
		seen[name] = true
		libs := s.lookup(name, from)
		for _, lib := range libs {
			lib.name, lib.neededBy, lib.optional = name, from.path, optional
			found = append(found, lib)
			queue = append(queue, s.object(lib.at, lib.header, from))
		}
		if len(libs) == 0 {
			found = append(found, library{name: name, neededBy: from.path, optional: optional})
		}
	}
	queue = append(queue, s.object(real, program, nil))
	if program.interpreter != "" {
		for _, name := range preloaded(env, s.musl, w) {
			load(name, queue[0], true)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, name := range queue[0].dynamic[elf.DT_NEEDED] {
			load(name, queue[0], false)
		}
	}
	return found, program, nil
}

// preloaded are the libraries that come before those that the program names.
func preloaded(env []string, musl bool, w *witness) (names []string) {
	between := func(r rune) bool { return r == ':' || r == ' ' || r == '\t' || r == '\n' }
	for _, kv := range env {
		if name, value, _ := strings.Cut(kv, "="); name == "LD_PRELOAD" || name == "LD_AUDIT" {
			names = append(names, strings.FieldsFunc(value, between)...)
		}
	}
	if !musl {
		w.note(wholeFile, systemPreload)
		data, _ := os.ReadFile(systemPreload)
		names = append(names, strings.FieldsFunc(string(data), between)...)
	}
	return names
}

// systemPreload names libraries that glibc's loader adds to each program.
const systemPreload = "/etc/ld.so.preload"

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
