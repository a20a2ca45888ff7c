package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CheckOutput fails unless a compiler's output can be put in its place: the folder is
// there, and the file is a regular one that may be written, or doesn't exist.
func CheckOutput(path string) error {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil || !dir.IsDir() {
		return fmt.Errorf("there is no folder for %s", path)
	}
	fi, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !fi.Mode().IsRegular() {
		return fmt.Errorf("%s isn't a regular file", path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s can't be written", path)
	}
	return f.Close()
}
