//go:build !linux

package filedigest

import "os"

// statFile doesn't tell links from files.
func statFile(path string) (_ Stat, link bool, _ error) {
	fi, err := os.Stat(path)
	if err != nil {
		return Stat{}, false, err
	}
	if !fi.Mode().IsRegular() {
		return Stat{}, false, notRegular(path, fi.IsDir())
	}
	return Stat{Size: fi.Size(), Mtime: fi.ModTime().UnixNano()}, false, nil
}

// persistent is false: size and mtime alone don't know a file again.
func (s Stat) persistent() bool { return false }

// readFile returns a file's content. Its size is known already.
func readFile(path string, _ int64) ([]byte, error) { return os.ReadFile(path) }
