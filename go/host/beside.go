package host

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// WholeProgram stands beside a thinrex that was built with the tag front, and does what that
// doesn't do itself.
const WholeProgram = "thinrex-full"

// OwnProgram is the path, without symbolic links, by which others start this program: that of
// the front, if this is the WholeProgram beside one.
func OwnProgram() (string, error) {
	self, err := resolvedExecutable()
	if err != nil || filepath.Base(self) != WholeProgram {
		return self, err
	}
	front := filepath.Join(filepath.Dir(self), "thinrex")
	if fi, err := os.Stat(front); err == nil && fi.Mode().IsRegular() {
		return front, nil
	}
	return self, nil
}

// resolvedExecutable is os.Executable, which doesn't follow symbolic links on all systems.
func resolvedExecutable() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(self)
}

// FindBeside returns a program of that name beside this one, which may have been started
// through a symbolic link.
func FindBeside(name string) (string, error) {
	var tried []string
	for _, find := range []func() (string, error){
		resolvedExecutable,
		func() (string, error) { return exec.LookPath(os.Args[0]) },
	} {
		self, err := find()
		if err != nil {
			continue
		}
		path, err := filepath.Abs(filepath.Join(filepath.Dir(self), name))
		if err != nil {
			continue
		}
		if fi, err := os.Stat(path); err == nil && fi.Mode().IsRegular() {
			return path, nil
		}
		if !slices.Contains(tried, path) {
			tried = append(tried, path)
		}
	}
	return "", fmt.Errorf("there is no %s", strings.Join(tried, " and no "))
}
