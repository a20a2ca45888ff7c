package clang

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
