package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLinks bounds symbolic links that lead to each other.
const maxLinks = 40

// CheckFile fails for a file that isn't the same to each process that opens it: a pipe or
// other file that isn't regular, and a regular file behind a name such as /dev/stdin,
// which leads each process to another file. A file that is missing is no failure: the
// compiler reports it itself.
func CheckFile(name string) error {
	fi, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !fi.Mode().IsRegular():
		return fmt.Errorf("%s isn't a regular file", name)
	case OfProcess(name):
		return fmt.Errorf("%s isn't the same file to each process", name)
	}
	return nil
}

// ProcessFolders remembers the answers of OfProcess for folders, and the links on the way
// to them. A compilation reads many files from few folders, which have many names.
type ProcessFolders struct {
	known map[string]bool
	links map[string]string // where a link leads; "" for what is no link
}

// NewProcessFolders returns an empty memory.
func NewProcessFolders() *ProcessFolders {
	return &ProcessFolders{known: map[string]bool{}, links: map[string]string{}}
}

// Lead returns what OfProcess returns for a path, whose end mayBeLink.
func (f *ProcessFolders) Lead(path string, mayBeLink bool) bool {
	folder := path[:strings.LastIndexByte(path, '/')+1]
	isOfProcess, ok := f.known[folder]
	if !ok {
		isOfProcess = f.leads(folder + "thinrex") // a file in it that is no link
		f.known[folder] = isOfProcess
	}
	return isOfProcess || mayBeLink && f.leads(path)
}

// OfProcess reports whether a path leads through /proc, /dev or /sys, also by
// symbolic links on the way. A link that lies there leads each process to another
// file, and a file there changes without a change of its times.
func OfProcess(path string) bool { return NewProcessFolders().leads(path) }

func (f *ProcessFolders) leads(path string) bool {
	if !filepath.IsAbs(path) {
		dir, err := os.Getwd()
		if err == nil {
			dir, err = filepath.EvalSymlinks(dir) // Bazel calls it /proc/self/cwd
		}
		if err != nil {
			return true
		}
		path = dir + "/" + path
	}
	at, links := "/", 0 // free of links, so .. is what it seems
	for rest := strings.Split(path, "/"); len(rest) > 0; {
		at, rest = filepath.Join(at, rest[0]), rest[1:]
		if isBelow("/proc", at) || isBelow("/sys", at) || strings.HasPrefix(at, "/dev/") && !isBelow("/dev/shm", at) {
			return true
		}
		target := f.target(at)
		if target == "" {
			continue
		}
		if links++; links > maxLinks {
			return true
		}
		if at = filepath.Dir(at); filepath.IsAbs(target) {
			at = "/"
		}
		rest = slices.Concat(strings.Split(target, "/"), rest)
	}
	return false
}

// target returns where a link leads; "" for what is no link.
func (f *ProcessFolders) target(at string) string {
	target, ok := f.links[at]
	if !ok {
		target, _ = os.Readlink(at)
		f.links[at] = target
	}
	return target
}

func isBelow(folder, path string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == '/')
}
