package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// write makes path hold data: a reader finds all of the file or none. It doesn't wait for
// the disk, unlike memo.Write: after a crash of the machine a file may hold something
// else, which its digest tells.
func (s *Store) write(path string, data []byte) error {
	f, err := s.temp()
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = moveTo(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// moveTo renames a file.
func moveTo(from, to string) error {
	return inFolder(filepath.Dir(to), func() error { return os.Rename(from, to) })
}

// inFolder does something in a folder, which it makes only if it turns out to be missing:
// the cache is new, or somebody has cleared it. Clear may remove the folder, or one above
// it, while it is empty, also between two steps of MkdirAll: so both are tried more than
// once.
func inFolder(dir string, do func() error) error {
	const tries = 10
	for try := 1; ; try++ {
		err := do()
		if try == tries || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.MkdirAll(dir, 0o777); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}

// tempPrefix is what names of temporary files begin with. Bazel's have other names.
const tempPrefix = "thinrex-"

// temp makes a temporary file with the mode that the user's umask leaves: a folder may be
// shared.
func (s *Store) temp() (*os.File, error) {
	dir := filepath.Join(s.dir, tmpFolder)
	s.sweep.Do(func() { removeStale(dir) })
	name := filepath.Join(dir, fmt.Sprintf("%s%d-%016x", tempPrefix, os.Getpid(), rand.Uint64()))
	var f *os.File
	err := inFolder(dir, func() (err error) {
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		return err
	})
	return f, err
}

// stale is the age at which a temporary file's writer must have been killed.
const stale = time.Hour

// removeStale removes temporary files of killed writers.
func removeStale(tmp string) {
	files, _ := filepath.Glob(filepath.Join(tmp, tempPrefix+"*"))
	for _, path := range files {
		if fi, err := os.Stat(path); err == nil && time.Since(fi.ModTime()) > stale {
			os.Remove(path)
		}
	}
}

// discard removes a broken file. Another process may have removed it already. If it has
// put a sound file in its place, that one is lost, which costs a miss.
func discard(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// touchAfter saves a write for each use of a file that is used all the time.
const touchAfter = 10 * time.Minute

// readUsed reads a file and marks it as used, so that pruning knows the time of its last
// use, as with Bazel.
func readUsed(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if time.Since(fi.ModTime()) > touchAfter {
		touch(path)
	}
	data := make([]byte, fi.Size())
	_, err = io.ReadFull(f, data)
	return data, err
}
