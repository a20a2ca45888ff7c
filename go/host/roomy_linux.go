package host

import "golang.org/x/sys/unix"

// minRoom is far more than the inputs and outputs of the jobs that run at
// once; containers often have 64 MiB.
const minRoom = 2 << 30 // bytes

// isRoomy reports whether a folder can be written and has room to spare.
func isRoomy(dir string) bool {
	var fs unix.Statfs_t
	if unix.Access(dir, unix.W_OK|unix.X_OK) != nil || unix.Statfs(dir, &fs) != nil {
		return false
	}
	// Compiler plugins are inputs, and get loaded from there.
	return fs.Flags&unix.ST_NOEXEC == 0 && fs.Bavail*uint64(fs.Bsize) >= minRoom
}
