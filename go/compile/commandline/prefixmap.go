package commandline

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/clang"
)

// WorkingDir returns the name that the object has for the working directory, if it
// names it at all.
func (in *Invocation) WorkingDir() (name string, named bool) {
	if in.mapping && !slices.ContainsFunc(in.Args, placesCoverage) {
		return in.dir, true
	}
	if in.debug == noDebug && !in.located || in.placed {
		return "", false
	}
	return mappedBy(in.Args, in.dir), true
}

// placesCoverage reports whether an argument names the folder to which the names in a
// map of counters are relative.
func placesCoverage(arg string) bool {
	return strings.HasPrefix(arg, "-fcoverage-compilation-dir=") || strings.HasPrefix(arg, "-ffile-compilation-dir=")
}

// Shareable fails for a file with an absolute path that a prefix map may change: its
// own name, or one in a #line. KeyArgs then hold that map in a form that is equal for
// all checkouts, while the object depends on the checkout.
func (in *Invocation) Shareable(file string, line bool) error {
	if in.mapped && (line || in.paths.has(file)) {
		return fmt.Errorf("%s is or holds an absolute path that a prefix map may change,"+
			" which --base_dir can't share", file)
	}
	return nil
}

// maxCompilationDirs bounds how often canonical goes through all arguments.
const maxCompilationDirs = 100

// canonical returns args for the key, and whether a prefix map in them has got a
// relative name for what it maps. As all names below base are relative, such a map
// changes only the working directory, and the names that options give to it.
func (r *pathRewriter) canonical(args []string) (list []string, mapped bool) {
	if r.base == "" {
		return args, false
	}
	list = slices.Clone(args)
	mappedDirs := map[string]string{} // by the folder that an option names
	for i, arg := range args {
		if option, _, dir := clang.FindOption(arg); option.Is(clang.NamesFolder) {
			if _, ok := mappedDirs[dir]; !ok {
				if len(mappedDirs) == maxCompilationDirs {
					continue // left as it is: other checkouts don't share the result
				}
				mappedDirs[dir] = mappedBy(args, dir)
			}
			list[i] = option.Name + "=" + mappedDirs[dir]
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

// mappedBy returns the name that debug information has for dir. The last map that
// fits counts.
func mappedBy(args []string, dir string) string {
	for _, arg := range slices.Backward(args) {
		option, from, to, ok := cutMap(arg)
		ok = ok && (option == "-ffile-prefix-map" || option == "-fdebug-prefix-map")
		if rest, fits := strings.CutPrefix(dir, from); ok && fits {
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
