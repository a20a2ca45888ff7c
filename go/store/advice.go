package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// withAdvice adds to an error about a folder that can't be written how to give another
// one, or how Bazel lets a link write to its cache. In Bazel's sandbox, all is read-only
// but the link's own folder, and so is a cache that anything else can write.
func withAdvice(dir string, err error) error {
	if err == nil {
		return nil
	}
	if !errors.Is(err, syscall.EROFS) || !isInBazel() {
		return fmt.Errorf("%w (--disk_cache=DIR gives another folder)", err)
	}
	return fmt.Errorf("%w (Bazel's sandbox: build with --strategy=CppLink=local, or with --sandbox_writable_path=%s "+
		"once that folder exists, or name another disk_cache)", err, dir)
}

// isInBazel reports whether this process is an action of Bazel's, which begins in a folder
// called execroot or in one below it.
func isInBazel() bool {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir) // Bazel calls it /proc/self/cwd
	}
	return err == nil && strings.Contains(filepath.ToSlash(dir)+"/", "/execroot/")
}
