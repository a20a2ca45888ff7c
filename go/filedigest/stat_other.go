//go:build !linux

package filedigest

import "os"

func statFile(path string) (Stat, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return Stat{}, err
	}
	if !fi.Mode().IsRegular() {
		return Stat{}, notRegular(path, fi.IsDir())
	}
	return Stat{Size: fi.Size(), Mtime: fi.ModTime().UnixNano()}, nil
}

// persistent is false: size and mtime alone don't know a file again.
func (s Stat) persistent() bool { return false }
