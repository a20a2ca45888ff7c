package host

import (
	"errors"
	"syscall"
)

// HasNoLocks reports whether the error of a lock says that the file system of the file
// has no locks (flock), as some network file systems and those of some containers.
func HasNoLocks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK)
}
