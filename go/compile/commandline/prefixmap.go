package commandline

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// WorkingDir returns what the object calls the working directory, if it names
// it.
func (in *Invocation) WorkingDir() (name string, named bool) {
	if in.debug == noDebug && !in.located || in.placed {
		return "", false
	}
	return mappedBy(in.Args, in.dir), true
}

// Shareable fails for a file that brings a path which a prefix map in KeyArgs
// would have to tell from others: its own name, or one in a #line.
func (in *Invocation) Shareable(file string, line bool) error {
	if in.mapped && (line || in.paths.has(file)) {
		return fmt.Errorf("%s has an absolute path that a prefix map below --base_dir may map", file)
	}
	return nil
}

// maxCompilationDirs bounds how often all arguments are looked through.
const maxCompilationDirs = 100

// canonical returns args for the key, and whether a prefix map is in them by
// the relative name of what it maps. With all names below base relative, such a
// map has only the working directory to map, and what options call that.
func (r *pathRewriter) canonical(args []string) (list []string, mapped bool) {
	if r.base == "" {
		return args, false
	}
	list = slices.Clone(args)
	called := map[string]string{} // by the folder that they name
	for i, arg := range args {
		if option, dir, _ := strings.Cut(arg, "="); option == "-ffile-compilation-dir" || option == "-fdebug-compilation-dir" {
			if _, ok := called[dir]; !ok {
				if len(called) == maxCompilationDirs {
					continue // as it stands: other checkouts don't share this, of which the last one counts
				}
				called[dir] = mappedBy(args, dir)
			}
			list[i] = option + "=" + called[dir]
			continue
		}
		option, from, to, ok := cutMap(arg)
		if !ok || !r.has(from) {
			continue
		}
		if rel, err := filepath.Rel(r.dir, from); err == nil {
			list[i] = option + "=" + "thinrex base " + rel + "=" + to
			mapped = true
		}
	}
	return list, mapped
}

// mappedBy is what debug information calls dir: the last map that fits counts.
func mappedBy(args []string, dir string) string {
	for _, arg := range slices.Backward(args) {
		option, from, to, ok := cutMap(arg)
		if rest, fits := strings.CutPrefix(dir, from); ok && fits && (option == "-ffile-prefix-map" || option == "-fdebug-prefix-map") {
			return to + rest
		}
	}
	return dir
}

// cutMap splits -ffile-prefix-map=OLD=NEW and the like.
func cutMap(arg string) (option, from, to string, ok bool) {
	option, value, _ := strings.Cut(arg, "=")
	from, to, ok = strings.Cut(value, "=")
	return option, from, to, ok && strings.HasPrefix(option, "-f") && strings.HasSuffix(option, "-prefix-map")
}
