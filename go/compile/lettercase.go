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

// letterCase lists the files that were read by a name which differs from the real name
// (without links) in the case of letters only. The compiler warns of them
// (-Wnonportable-include-path), so they are part of the key. Most compilations have
// none.
func letterCase(files []filedigest.File) (list []string) {
	folders := linkedFolders{}
	for _, f := range files {
		dir, name := filepath.Split(f.Path)
		realName := folders.realName(dir)
		switch {
		case f.Link:
			realName, _ = filepath.EvalSymlinks(f.Path)
		case realName != "":
			realName += "/" + name
		}
		if tail := otherCase(f.Path, realName); tail != "" {
			list = append(list, "~"+f.Path+"\x00"+tail)
		}
	}
	slices.Sort(list)
	return list
}

// linkedFolders holds the real names of folders that links lead to, and "" for
// all others.
type linkedFolders map[string]string

func (known linkedFolders) realName(dir string) string {
	dir = strings.TrimRight(dir, "/")
	if dir == "" {
		return ""
	}
	realName, ok := known[dir]
	if ok {
		return realName
	}
	fi, err := os.Lstat(dir)
	isLink := err == nil && fi.Mode()&fs.ModeSymlink != 0
	if isLink || known.realName(dir[:strings.LastIndexByte(dir, '/')+1]) != "" {
		realName, _ = filepath.EvalSymlinks(dir)
	}
	known[dir] = realName
	return realName
}

// otherCase returns the end of a file's real name, from the first part on that differs
// from the same part of name in the case of letters only; "" if no part does.
//
// Source: trySimplifyPath in clang/lib/Lex/PPDirectives.cpp.
func otherCase(name, realName string) (tail string) {
	parts := strings.Split(realName, "/")
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
			tail = strings.Join(strings.Split(realName, "/")[last:], "/")
		}
		parts = parts[:last]
	}
	return tail
}

// otherFolders lists further names of folders from which files were read: the compiler
// warns of each name.
func otherFolders(conditions []string) (list []filedigest.File) {
	for _, folder := range searchpath.OtherFolders(conditions) {
		list = append(list, filedigest.File{Path: folder, Link: true})
	}
	return list
}
