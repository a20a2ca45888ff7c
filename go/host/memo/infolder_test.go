//go:build !windows

package memo

import (
	"os"
	"path/filepath"
	"testing"
)

// A Sweep may remove a folder while MkdirAll makes one below it. MkdirAll then fails,
// and the file is written all the same. The working directory, which is removed, is
// that folder here.
func TestFolderRemovedWhileOneBelowIsMade(t *testing.T) {
	gone, there := filepath.Join(t.TempDir(), "gone"), t.TempDir()
	if err := os.Mkdir(gone, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(gone)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	tries := 0
	err := inFolder("below/file", func() error {
		if tries++; tries == 2 {
			t.Chdir(there)
		}
		return os.WriteFile("below/file", nil, 0o644)
	})
	if err != nil || tries != 3 {
		t.Errorf("%v after %d tries", err, tries)
	}
}
