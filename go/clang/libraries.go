package clang

import (
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A loaded program is what the kernel and the dynamic loader bring into memory
// beside the program's own file.
type loaded struct {
	files   []string // the loader and the libraries, without symbolic links
	musl    bool     // the C library is musl
	levels  bool     // some libraries are for certain processors only
	missing []string // names of libraries that aren't found
}

// loadedFiles returns the loader and all shared libraries that the ELF program
// at path may load here, in the order of discovery, whatever the processor. It
// returns none for a file that isn't ELF.
func loadedFiles(path string, env []string, w *nameStates) (all loaded, err error) {
	libs, program, err := libraries(path, env, w)
	if err != nil || program == nil {
		return all, err
	}
	if loader := program.interpreter; loader != "" {
		w.record(wholeFile, loader)
		if realPath := regularFile(loader); realPath != "" {
			all.files = append(all.files, realPath)
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
	path     string  // without symbolic links; "" for one that isn't found
	at       string  // the path by which it was found: $ORIGIN is its folder
	level    int     // of the processors that it is for, as levelOf says; 0 for any
	optional bool    // it may be missing: only a variable or a file of the system names it
	neededBy string  // path of the program or library that needs it
	header   *header // nil for one that isn't found
}

// libraries returns the shared libraries that the ELF program at path loads, in the
// loader's order, by the rules of ld.so(8). Each name is there once, unless a
// library exists for several kinds of processor: the loader then takes the first one
// that is for its own processor. All names that are looked at are recorded in w. The
// program is nil for a file that isn't ELF.
func libraries(path string, env []string, w *nameStates) (found []library, program *header, err error) {
	realPath, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, nil, err
	}
	w.record(wholeFile, realPath)
	program, err = readHeader(realPath)
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
		libs := s.findLibrary(name, from)
		for _, lib := range libs {
			lib.name, lib.neededBy, lib.optional = name, from.path, optional
			found = append(found, lib)
			queue = append(queue, s.newObject(lib.at, lib.header, from))
		}
		if len(libs) == 0 {
			found = append(found, library{name: name, neededBy: from.path, optional: optional})
		}
	}
	queue = append(queue, s.newObject(realPath, program, nil))
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

// preloaded returns the names of libraries that are loaded before those that the
// program needs.
func preloaded(env []string, musl bool, w *nameStates) (names []string) {
	between := func(r rune) bool { return r == ':' || r == ' ' || r == '\t' || r == '\n' }
	for _, kv := range env {
		if name, value, _ := strings.Cut(kv, "="); name == "LD_PRELOAD" || name == "LD_AUDIT" {
			names = append(names, strings.FieldsFunc(value, between)...)
		}
	}
	if !musl {
		w.record(wholeFile, systemPreload)
		data, _ := os.ReadFile(systemPreload)
		names = append(names, strings.FieldsFunc(string(data), between)...)
	}
	return names
}

// systemPreload names libraries that glibc's loader adds to each program.
const systemPreload = "/etc/ld.so.preload"
