//go:build unix

package store

import "golang.org/x/sys/unix"

// touch leaves it to the system to say what time it is: then it may be done by
// whoever may write the file, and not by its owner alone, in a shared folder.
func touch(path string) { _ = unix.Utimes(path, nil) }
