//go:build !windows

package memo

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// replace makes the temporary file beside the other, where isLeftover looks for it.
func replace(path string, data []byte) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o666))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}
