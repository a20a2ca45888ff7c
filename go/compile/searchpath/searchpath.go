// Package searchpath finds out where a compiler looks for headers, and which names must
// stay as they are, there or not, for a compilation to read the same files again. What
// sources ask for comes from package cppscan; the content of files is left to the caller.
package searchpath

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"thinrex/go/compile/depfile"
)

// A SearchPath is where a compiler looks for headers, in order, as the compiler prints it
// with -v. It can be kept as JSON if it Lasts.
type SearchPath struct {
	Quote, Angle []string
	Lists        []string // ignore lists that sanitizers find on their own
	// Folders maps a folder to the device and inode that it had when the compiler was
	// asked, or to "absent": those searched, and those that the compiler left out because
	// they don't exist or are searched by another name.
	Folders map[string]string
	// Installs maps each folder in which the driver looks for what is installed to its
	// state, which another file in it changes. If it is empty, these folders aren't
	// known, and the compiler is asked each time.
	Installs map[string]string
	// Driver is a digest of what the driver makes of the arguments, and IRDriver of
	// what it makes of those of a second step: see askDriver.
	Driver, IRDriver string

	asked time.Time
}

// Stands reports whether all folders are as they were, so that the compiler would give the
// same answer.
func (s *SearchPath) Stands() bool {
	for dir, state := range s.Folders {
		if folderState(dir, true) != state {
			return false
		}
	}
	for dir, state := range s.Installs {
		if !installStands(dir, state) {
			return false
		}
	}
	return true
}

// Missing lists the folders of the search path that don't exist, sorted. The compiler may
// warn of them (-Wmissing-include-dirs).
func (s *SearchPath) Missing() (dirs []string) {
	for dir, state := range s.Folders {
		if state == absentFolder {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return dirs
}

// Lasts reports whether an answer of Ask may be kept for as long as it Stands: nothing was
// being installed while the compiler was asked.
func (s *SearchPath) Lasts() bool {
	for dir := range s.Installs {
		if is, there, _ := statusOf(dir); there && mayBeAfter(is.LastChange(), s.asked) {
			return false
		}
	}
	return len(s.Installs) > 0
}

// Places lists the names under which the compiler looks for what file includes,
// by "name" or <name>, in order.
func (s *SearchPath) Places(file, name string, quoted bool) []string {
	return append(s.Beside(file, name, quoted), s.OnPath(name, quoted)...)
}

// Beside lists those places that depend on the file.
func (s *SearchPath) Beside(file, name string, quoted bool) []string {
	if !quoted || filepath.IsAbs(name) {
		return nil
	}
	return []string{join(above(file), name)}
}

// OnPath lists those places that are the same for all files.
func (s *SearchPath) OnPath(name string, quoted bool) (places []string) {
	if filepath.IsAbs(name) {
		return []string{name}
	}
	if quoted {
		for _, dir := range s.Quote {
			places = append(places, join(dir, name))
		}
	}
	for _, dir := range s.Angle {
		places = append(places, join(dir, name))
	}
	return places
}

// Forced finds the files that -include and -imacros name.
func (s *SearchPath) Forced(names []string) (files []string) {
	for _, name := range names {
		for _, place := range s.Places("", name, true) {
			if is, there, _ := statusOf(place); there && !is.isDir() {
				files = append(files, place)
				break
			}
		}
	}
	return files
}

// join names a file in a folder as clang does, and as it then stands in a
// depfile.
func join(dir, name string) string {
	if dir != "" && !strings.HasSuffix(dir, "/") {
		return depfile.Name(dir + "/" + name)
	}
	return depfile.Name(dir + name)
}
