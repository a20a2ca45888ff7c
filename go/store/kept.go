package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"thinrex/go/digest"
)

// KeptBlob returns the file of the blob whose hash begins with some digits, of which there
// must be enough to name it. The blob has been verified. thinrex explain reads slices by it,
// whose digests the history shortens. The error is fs.ErrNotExist if there is no such blob.
func (s *Store) KeptBlob(begin string) (path string, err error) {
	const shard, enough = 2, 16 // digits
	if len(begin) < enough {
		return "", fmt.Errorf("%q is too short for a blob's name: %w", begin, fs.ErrNotExist)
	}
	folder := filepath.Join(s.dir, casFolder, begin[:shard])
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		fi, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), begin) {
			continue
		}
		if _, err := s.blob(digest.Digest{Hash: e.Name(), Size: fi.Size()}); err != nil {
			return "", err
		}
		return filepath.Join(folder, e.Name()), nil
	}
	return "", fmt.Errorf("%s %s…: %w", folder, begin, fs.ErrNotExist)
}
