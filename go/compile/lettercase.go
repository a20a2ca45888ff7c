package compile

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/compile/searchpath"
	"thinrex/go/host/filedigest"
)

// letterCase lists the files whose real names, to which links lead, differ
// from those by which they were read in the case of letters. The compiler warns
// of them (-Wnonportable-include-path), so they are part of the key. Most
// compilations have none.
func letterCase(files []filedigest.File) (list []string) {
	folders := linkedFolders{}
	for _, f := range files {
		dir, name := filepath.Split(f.Path)
		real := folders.real(dir)
		switch {
		case f.Link:
			real, _ = filepath.EvalSymlinks(f.Path)
		case real != "":
			real += "/" + name
		}
		if tail := otherCase(f.Path, real); tail != "" {
			list = append(list, "~"+f.Path+"\x00"+tail)
		}
	}
	slices.Sort(list)
	return list
}

// linkedFolders holds the real names of folders that links lead to, and "" for
// all others.
type linkedFolders map[string]string

func (known linkedFolders) real(dir string) string {
	dir = strings.TrimRight(dir, "/")
	if dir == "" {
		return ""
	}
	real, ok := known[dir]
	if ok {
		return real
	}
	fi, err := os.Lstat(dir)
	isLink := err == nil && fi.Mode()&fs.ModeSymlink != 0
	if isLink || known.real(dir[:strings.LastIndexByte(dir, '/')+1]) != "" {
		real, _ = filepath.EvalSymlinks(dir)
	}
	known[dir] = real
	return real
}

// otherCase returns the end of a real name from the first part on that differs
// from the same part of the other name in the case of letters only, or "".
//
// Source: trySimplifyPath in clang/lib/Lex/PPDirectives.cpp.
func otherCase(name, real string) (tail string) {
	parts := strings.Split(real, "/")
	up := 0
	for _, part := range slices.Backward(strings.Split(name, "/")) {
		switch {
		case part == "" || part == ".":
			continue
		case part == "..":
			up++
			continue
		case up > 0:
			up--
			continue
		}
		last := len(parts) - 1
		if last < 0 || !strings.EqualFold(part, parts[last]) {
			break
		}
		if part != parts[last] {
			tail = strings.Join(strings.Split(real, "/")[last:], "/")
		}
		parts = parts[:last]
	}
	return tail
}

// otherFolders lists the folders that were read under another name already: the
// compiler warns of each name.
func otherFolders(conditions []string) (list []filedigest.File) {
	for _, folder := range searchpath.OtherFolders(conditions) {
		list = append(list, filedigest.File{Path: folder, Link: true})
	}
	return list
}
