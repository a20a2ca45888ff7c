//go:build linux || darwin || freebsd

package store

import "golang.org/x/sys/unix"

// FreeSpace returns the free bytes of the folder's file system. As with lld, they include
// those that are reserved for root.
func FreeSpace(dir string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return fs.Bfree * uint64(fs.Bsize), nil
}
