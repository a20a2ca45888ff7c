package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// ErrNoCache says that a folder isn't there, or is none that a cache has been kept in.
var ErrNoCache = errors.New("no cache")

// ErrEmpty says that a folder is empty: a cache may be kept there, or have been cleared.
var ErrEmpty = errors.New("is empty")

// Existing returns the store in a folder that is a cache already, and changes nothing. It
// is for commands that remove files or count them, on which a mistyped folder, such as /
// or a home folder, must have no effect.
func Existing(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: there is no folder %s", ErrNoCache, abs)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoCache, err)
	case len(entries) == 0:
		return nil, fmt.Errorf("%w: %s %w", ErrNoCache, abs, ErrEmpty)
	case !isCache(abs):
		return nil, fmt.Errorf("%w: %s holds other things than a cache's folders ac/ and cas/", ErrNoCache, abs)
	}
	return &Store{root: abs, dir: abs, function: digest.SHA256}, nil
}

// isCache reports whether a folder holds what a store or Bazel makes in it. A link that
// stores nothing leaves a state folder alone.
func isCache(root string) bool {
	for _, at := range places(root) {
		if holdsHashFolders(at.dir) {
			return true
		}
	}
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		if memo.IsStateFolder(StateDir(root, f)) {
			return true
		}
	}
	return false
}

// holdsHashFolders reports whether one of the folders 00 to ff is in dir.
func holdsHashFolders(dir string) bool {
	for n := range folders {
		if fi, err := os.Stat(filepath.Join(dir, hashFolder(n))); err == nil && fi.IsDir() {
			return true
		}
	}
	return false
}
