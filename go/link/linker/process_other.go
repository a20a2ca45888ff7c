//go:build !linux

package linker

import "errors"

// CommandLine fails: what other processes were given is read on Linux only.
func CommandLine(int) ([]string, error) {
	return nil, errors.New("thinrex reads it on Linux only")
}

// Compiler fails, too.
func Compiler(int) (string, error) {
	return "", errors.New("thinrex finds it on Linux only")
}
