//go:build unix

package config

import (
	"os"
	"syscall"
)

// isForeign reports whether a file belongs to a user other than this one, root and
// the owner of the working directory. findFile doesn't read such a file: in a parent
// such as /tmp, everyone can leave a thinrex.toml that names files to write.
func isForeign(path string) bool {
	owner, ok := ownerOf(path)
	workdir, workdirOK := ownerOf(".")
	return !ok || owner != uint32(os.Getuid()) && owner != 0 && !(workdirOK && owner == workdir)
}

func ownerOf(path string) (uid uint32, ok bool) {
	fi, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	return st.Uid, ok
}
