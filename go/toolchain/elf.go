package toolchain

import (
	"debug/elf"
	"path/filepath"
	"slices"
	"strings"
)

// isLLVM knows the shared libraries that make objects. Others, such as libz,
// have no say in what an object holds, and differ from machine to machine:
// with them in the identity nobody would share a cache.
func isLLVM(name string) bool {
	for _, library := range []string{"libLLVM", "libclang", "libLTO", "libPolly", "libMLIR"} {
		if strings.HasPrefix(name, library) {
			return true
		}
	}
	return false
}

// llvmLibraries returns the LLVM and clang shared libraries that the ELF
// program at path loads, in the order of discovery. It returns none for a
// file that isn't ELF.
func llvmLibraries(path string, env []string, w *witness) ([]string, error) {
	libs, err := libraries(path, env, isLLVM, w)
	var found []string
	for _, lib := range libs {
		if lib.path != "" && !slices.Contains(found, lib.path) {
			found = append(found, lib.path)
		}
	}
	return found, err
}

// A library is a shared library that a program loads.
type library struct {
	name     string  // by which it is needed
	path     string  // real; "" for one that isn't found
	neededBy string  // path
	header   *header // nil for one that isn't found
}

// libraries returns the shared libraries that the ELF program at path loads,
// in the loader's order, each name once: the first that is found serves all.
// It doesn't look at those that follow refuses. The rules are those of
// ld.so(8), less its cache and its folders for certain processors. The witness
// notes all that is looked at.
func libraries(path string, env []string, follow func(name string) bool, w *witness) ([]library, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	w.note(wholeFile, real)
	program, err := readHeader(real)
	if err != nil || program == nil {
		return nil, err
	}
	s := newSearch(program, env, w)
	var found []library
	seen := map[string]bool{}
	for queue := []*object{s.object(real, program, nil)}; len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		for _, name := range from.dynamic[elf.DT_NEEDED] {
			if seen[name] || !follow(name) || s.isLoader(name) {
				continue
			}
			seen[name] = true
			lib := library{name: name, neededBy: from.path}
			if file, h := s.lookup(name, from); h != nil {
				lib.path, lib.header = absolute(file), h
				queue = append(queue, s.object(file, h, from))
			}
			found = append(found, lib)
		}
	}
	return found, nil
}

// An object is a loaded file.
type object struct {
	*header
	path  string
	dirs  []string // where its libraries are looked for, in order
	rpath []string // what it leaves to its libraries, too
}

// A search looks for libraries as the loader of one program does.
type search struct {
	program     *header
	musl        bool
	libraryPath []string
	system      []string
	witness     *witness
}

func newSearch(program *header, env []string, w *witness) *search {
	s := &search{program: program, musl: isMusl(program.interpreter), libraryPath: libraryPath(env), witness: w}
	if s.musl {
		s.system = muslDirs(program.interpreter, w)
	} else {
		s.system = glibcDirs(program.interpreter, w)
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
		o.dirs = slices.Concat(s.libraryPath, o.rpath, s.system)
	case len(runpath) > 0:
		o.dirs = slices.Concat(s.libraryPath, runpath, s.system)
	default:
		o.dirs = slices.Concat(o.rpath, s.libraryPath, s.system)
	}
	return o
}

// lookup skips files for another machine, as the loader does: where there are
// 32-bit libraries, too, their folders may come first.
func (s *search) lookup(name string, from *object) (path string, h *header) {
	if strings.ContainsRune(name, filepath.Separator) {
		return "", nil
	}
	for _, dir := range from.dirs {
		s.witness.candidate(dir, name)
		dir, err := filepath.EvalSymlinks(dir) // before a .. is taken off its end
		path := filepath.Join(dir, name)
		if err != nil || absolute(path) == "" {
			continue
		}
		h, err := readHeader(path)
		if err == nil && h != nil && h.Class == s.program.Class && h.Machine == s.program.Machine {
			return path, h
		}
	}
	return "", nil
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
