package commandline

import (
	"os"
	"path/filepath"
	"strings"
)

// below returns the name that an absolute path has from base, if it is below base.
// Base may have another name in the path, by symbolic links: a build tool may give
// names through /home/you/src, while the working directory, and with it the folder of
// a thinrex.toml, is /data/src.
func below(base, path string) (name string, ok bool) {
	path = filepath.Clean(path)
	top := base
	if !isBelow(base, path) {
		if top, ok = otherName(base, path); !ok {
			return "", false
		}
	}
	name, err := filepath.Rel(top, path)
	return name, err == nil
}

// otherName returns the folder above path, or path itself, that is base by another
// name.
func otherName(base, path string) (string, bool) {
	want, err := os.Stat(base)
	if err != nil {
		return "", false
	}
	for folder := path; ; folder = filepath.Dir(folder) {
		if fi, err := os.Stat(folder); err == nil && os.SameFile(want, fi) {
			return folder, true
		}
		if folder == filepath.Dir(folder) {
			return "", false
		}
	}
}

// isBelow reports whether an absolute path begins with base, or is base.
func isBelow(base, path string) bool {
	rest, ok := strings.CutPrefix(filepath.Clean(path), strings.TrimSuffix(base, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

// samePlace reports whether two names lead to one file. Of names that don't exist, the
// nearest folders that do count. A ".." isn't skipped on the way to them: behind a
// symbolic link it leads elsewhere, and behind a missing folder nowhere, while the
// other name, in which it has been left out, may lead to a file.
func samePlace(path, other string) bool {
	for !sameFile(path, other) {
		folder, name := filepath.Split(strings.TrimRight(path, "/"))
		if name == "" || name == ".." || name != filepath.Base(other) {
			return false
		}
		path, other = folder, filepath.Dir(other)
	}
	return true
}

func sameFile(a, b string) bool {
	x, _ := os.Stat(a)
	y, _ := os.Stat(b)
	return os.SameFile(x, y)
}
