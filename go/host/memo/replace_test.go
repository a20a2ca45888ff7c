//go:build !windows

package memo

import (
	"path/filepath"
	"testing"

	"github.com/google/renameio/v2"
)

// The file that a killed Write leaves is one that Sweep knows.
func TestKilledWriteIsLeftover(t *testing.T) {
	for k := range table {
		dir := t.TempDir()
		path := Path(dir, Kind(k), "ab", "abcd")
		if err := Write(path, nil); err != nil {
			t.Fatal(err)
		}
		f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(dir, f.Name())
		if err != nil || !isLeftover(filepath.ToSlash(name)) || isLeftover(filepath.ToSlash(path[len(dir)+1:])) {
			t.Errorf("%s, for %s: %v", name, path, err)
		}
		if err := f.Cleanup(); err != nil {
			t.Error(err)
		}
	}
}
