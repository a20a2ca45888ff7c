//go:build !(linux || darwin || freebsd || windows)

package store

import "errors"

// FreeSpace isn't known here.
func FreeSpace(string) (uint64, error) { return 0, errors.ErrUnsupported }
