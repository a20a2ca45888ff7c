package memo

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Read returns what is remembered at a Path. If there is nothing, whatever the reason,
// the caller works it out again.
func Read(path string) (data []byte, ok bool) {
	if path == "" {
		return nil, false
	}
	data, err := os.ReadFile(path)
	return data, err == nil
}

// Write makes the file at a Path hold data. A process that reads it finds all of the
// old content or all of the new, also after a crash of the machine. Others may read
// it if the user's umask lets them: a folder may be shared.
func Write(path string, data []byte) error {
	if path == "" {
		return nil
	}
	return inFolder(path, func() error { return replace(path, data) })
}

// WriteUnsynced is Write for a file whose content tells whether it is whole: after a crash
// of the machine it may hold anything. It doesn't wait for the disk, which takes
// milliseconds for each file.
func WriteUnsynced(path string, data []byte) error {
	if path == "" {
		return nil
	}
	return inFolder(path, func() error { return replaceUnsynced(path, data) })
}

// replaceUnsynced makes the temporary file beside the other, where isLeftover looks for it.
func replaceUnsynced(path string, data []byte) error {
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s%d", filepath.Base(path), rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

// Append adds data, which is short, to the file at a Path in one piece. A file that
// isn't there is made.
func Append(path string, data []byte) error {
	if path == "" {
		return nil
	}
	return inFolder(path, func() error {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	})
}

// Create makes an empty file at a Path, and reports whether there was none: of several
// processes, one makes it.
func Create(path string) (created bool, err error) {
	err = inFolder(path, func() error {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return err
		}
		return f.Close()
	})
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// inFolder has a file written, and makes its folder only if it turns out to be
// missing. A Sweep may remove the folder, or one above it, while it is empty, also
// between two steps of MkdirAll: so both are tried more than once.
func inFolder(path string, write func() error) error {
	const tries = 10
	for try := 1; ; try++ {
		err := write()
		if try == tries || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}
