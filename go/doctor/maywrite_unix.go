//go:build unix

package doctor

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// mayWrite returns why this user can't make files in a folder, nil if they can.
func mayWrite(folder string) error {
	if err := unix.Access(folder, unix.W_OK|unix.X_OK); err != nil {
		return &fs.PathError{Op: "write", Path: folder, Err: err}
	}
	return nil
}
