//go:build unix

package config

import (
	"os"
	"syscall"
)

// isForeign reports whether a file belongs to somebody who has no business in
// this build: in a parent such as /tmp, anyone can leave a configuration that
// makes us write files.
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
