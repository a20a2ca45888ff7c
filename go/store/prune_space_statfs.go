//go:build linux || darwin || freebsd

package store

import "golang.org/x/sys/unix"

// freeSpace is what is free on the folder's file system, as lld counts it: with
// what is reserved for root.
func freeSpace(dir string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return fs.Bfree * uint64(fs.Bsize), nil
}
