package host

import "golang.org/x/sys/unix"

// minRoom is far more than the inputs and outputs of jobs that run at once need. In
// containers /dev/shm often has 64 MiB only.
const minRoom = 2 << 30 // bytes

// isRoomy reports whether a folder can be written, and has room for private directories.
func isRoomy(dir string) bool {
	var fs unix.Statfs_t
	if unix.Access(dir, unix.W_OK|unix.X_OK) != nil || unix.Statfs(dir, &fs) != nil {
		return false
	}
	// A compiler plugin is an input, too, and can't be loaded from a noexec file system.
	return fs.Flags&unix.ST_NOEXEC == 0 && fs.Bavail*uint64(fs.Bsize) >= minRoom
}
