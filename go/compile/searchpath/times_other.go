//go:build !linux

package searchpath

import (
	"io/fs"
	"os"
	"time"
)

// tellsMoves says that lastChange notices a change of name.
const tellsMoves = false

// tellsFiles says that two files may share an identity.
const tellsFiles = false

// An identity is what all names of a file have in common.
type identity struct {
	size int64
	time time.Time
}

func identityOf(fi fs.FileInfo) identity { return identity{fi.Size(), fi.ModTime()} }

// lastChange is when a file's content changed.
func lastChange(fi fs.FileInfo) time.Time { return fi.ModTime() }

func kindOf(path string) (there, folder bool, err error) {
	fi, err := os.Stat(path)
	if err != nil {
		return false, false, nil
	}
	return true, fi.IsDir(), nil
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// folderState tells a folder from itself after a file was added.
func folderState(dir string, anyFiles bool) string {
	fi, err := os.Stat(dir)
	if err != nil {
		return absentFolder
	}
	if anyFiles {
		return "present"
	}
	return fi.ModTime().String()
}
