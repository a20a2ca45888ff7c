//go:build !linux

package filedigest

import "io/fs"

func statOf(fi fs.FileInfo) Stat {
	return Stat{Size: fi.Size(), Mtime: fi.ModTime().UnixNano()}
}

// persistent is false: size and mtime alone don't know a file again.
func (s Stat) persistent() bool { return false }
