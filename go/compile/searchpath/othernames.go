package searchpath

import (
	"fmt"
	"strings"

	"thinrex/go/host/memo"
)

// An entry is a file by its name in a folder, however the folder is called.
type entry struct {
	folder memo.FileID
	base   string
}

// These bound the other names of files that are followed: so many for each file that was
// read, and a few more.
const (
	otherNamesPerFile = 4
	otherNamesAlways  = 100
)

// standsFor reports whether a name is the first of its entry. Only that one is compared by
// content and followed. Headers that include each other by ../ and ./, or through a link to
// their own folder, have ever longer names for the same entries. What they include there is
// what the first name includes, as long as both folders are one: that becomes a condition.
func (f *finder) standsFor(name string) bool {
	folder := folderOf(name)
	fi := f.stat(folder)
	if fi == nil || !fi.isDir() || !memo.TellsFiles {
		return true
	}
	id := fi.ID()
	if _, ok := f.folders[id]; !ok {
		f.folders[id] = folder
	}
	e := entry{id, name[len(above(name)):]}
	first, ok := f.entries[e]
	if !ok {
		f.entries[e] = name
		return true
	}
	f.oneFolder(folder, f.folders[id])
	f.oneFolder(folderOf(first), f.folders[id])
	return first == name
}

func (f *finder) oneFolder(folder, first string) {
	if folder != first {
		f.found[condition(isSameFolder)+condition(folder+"\x00"+first)] = true
	}
}

// folderOf is above without the slash.
func folderOf(name string) string {
	switch folder := above(name); folder {
	case "":
		return "."
	case "/":
		return folder
	default:
		return folder[:len(folder)-1]
	}
}

// wasRead reports whether a file was read, also for a hard link or symlink to one. The
// compiler may then have been asked for this name, too, and have skipped the same file.
func (f *finder) wasRead(path string, fi *status) bool {
	if f.isDep[path] {
		return true
	}
	id := fi.ID()
	source, same := f.read[id]
	if same && !f.isOther[path] {
		f.isOther[path] = true
		if f.standsFor(path) {
			f.other = append(f.other, other{path, source})
		}
		if len(f.other) > otherNamesPerFile*len(f.deps)+otherNamesAlways {
			f.reason = fmt.Sprintf("%s and other names of the files that were read are too many", path)
		}
	}
	return same
}

// An other is a further name of a file that was read.
type other struct {
	name   string
	source int // the file's index in Reading.Sources
}

// OtherFolders returns the folders in conditions whose files were read by other names.
func OtherFolders(conditions []string) (names []string) {
	for _, c := range conditions {
		if c[0] == isSameFolder {
			name, _, _ := strings.Cut(c[1:], "\x00")
			names = append(names, name)
		}
	}
	return names
}
