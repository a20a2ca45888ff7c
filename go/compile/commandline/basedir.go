package commandline

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A pathRewriter makes absolute paths below base relative to the working
// directory, so that two checkouts give the compiler the same names. The zero
// one leaves all paths as they are.
type pathRewriter struct {
	base, dir string
	fromBase  string // dir, from base
	// given maps the relative names of files that the compiler reads, and of folders
	// where it looks for them, to their names on the command line.
	given map[string]string
	twice string // a relative name that stands for two names of the command line, or ""
}

// newPathRewriter returns one that leaves all paths as they are if dir isn't below
// base.
func newPathRewriter(base, dir string) *pathRewriter {
	base = filepath.Clean(base)
	if !filepath.IsAbs(base) {
		return &pathRewriter{}
	}
	fromBase, ok := below(base, dir)
	if !ok {
		return &pathRewriter{}
	}
	return &pathRewriter{
		base:     base,
		dir:      dir,
		fromBase: fromBase,
		given:    map[string]string{},
	}
}

// Shares reports whether absolute names below Options.BaseDir have become relative ones:
// the working directory must be below it, too.
func (in *Invocation) Shares() bool { return in.paths.base != "" }

// has reports whether a path is absolute and begins with base.
func (r *pathRewriter) has(path string) bool {
	return r.base != "" && filepath.IsAbs(path) && isBelow(r.base, path)
}

// relative returns a relative path to the same file for one below base, and any other
// path as it is; also where no relative path leads to the file, because of symbolic
// links below base.
func (r *pathRewriter) relative(path string) string {
	if r.base == "" || !filepath.IsAbs(path) {
		return path
	}
	rest, ok := below(r.base, path)
	if !ok {
		return path
	}
	rel, err := filepath.Rel(r.fromBase, rest)
	if err != nil || !samePlace(path, rel) {
		return path
	}
	return rel
}

// file is relative, for a file that the compiler reads: it may find other files
// beside it.
func (r *pathRewriter) file(path string) string {
	rel := r.folder(path)
	if filepath.Base(rel) != ".." {
		r.noteFolder(filepath.Dir(rel), filepath.Dir(path))
	}
	return rel
}

// folder is relative, for a folder in which the compiler looks for files.
func (r *pathRewriter) folder(path string) string {
	rel := r.relative(path)
	r.noteFolder(rel, path)
	return rel
}

// noteFolder notes that names below rel in a depfile were below path on the command
// line.
func (r *pathRewriter) noteFolder(rel, path string) {
	if r.base == "" || filepath.IsAbs(rel) || strings.HasPrefix(rel, "=") { // below the sysroot
		return
	}
	rel = filepath.Clean(rel)
	if path = strings.TrimRight(path, "/"); !filepath.IsAbs(path) {
		path = rel
	}
	if was, ok := r.given[rel]; ok && was != path {
		r.twice = rel
	}
	r.given[rel] = path
}

// maxPairs bounds how many folders are compared with each other.
const maxPairs = 4 << 20

// checkDepfile fails when a relative name in the depfile might have been relative on
// the command line as well as made relative here, so that RestoreDepfile couldn't
// give it back its name.
func (r *pathRewriter) checkDepfile(env []string) error {
	if r.base == "" {
		return nil
	}
	var kept, made []string
	for _, entry := range env {
		if name, list, _ := strings.Cut(entry, "="); name == "CPATH" || strings.HasSuffix(name, "_INCLUDE_PATH") {
			for _, dir := range filepath.SplitList(list) {
				kept = append(kept, filepath.Clean(dir)) // an absolute one does no harm
			}
		}
	}
	for rel, path := range r.given {
		if filepath.IsAbs(path) {
			made = append(made, rel)
		} else {
			kept = append(kept, rel)
		}
	}
	if len(kept)*len(made) > maxPairs {
		return errors.New("with --base_dir, the command has too many folders: thinrex can't check that" +
			" the names in the depfile are unique")
	}
	for _, k := range kept {
		if i := slices.IndexFunc(made, func(m string) bool { return within(m, k) || within(k, m) }); i >= 0 {
			r.twice = made[i]
		}
	}
	if r.twice != "" {
		return fmt.Errorf("with --base_dir, the depfile wouldn't tell %s from %s (name both in the same way)",
			r.given[r.twice], r.twice)
	}
	return nil
}

// within reports whether a relative name may lie in a relative folder.
func within(folder, name string) bool {
	if folder == "." {
		return !filepath.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../")
	}
	rest, ok := strings.CutPrefix(name, folder)
	return ok && (rest == "" || rest[0] == '/')
}

// original returns the name that clang would have given to a file without r.
func (r *pathRewriter) original(name string) string {
	best := ""
	for rel, path := range r.given {
		if filepath.IsAbs(path) && within(rel, name) && len(rel) > len(best) {
			best = rel
		}
	}
	switch path := r.given[best]; best {
	case "":
		return name
	case ".":
		return path + "/" + name
	default:
		return path + name[len(best):]
	}
}
