//go:build unix

package host

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

func TestWorkspace(t *testing.T) {
	base := t.TempDir()
	original := filepath.Join(base, "original")
	if err := os.WriteFile(original, []byte("bitcode"), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := NewWorkspace(base)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := w.Lay([]SourceFile{{Name: "m.o", Path: original}, {Name: "c/00000", Data: []byte("profile")}})
	if err != nil {
		t.Fatal(err)
	}
	p := sh("cat m.o c/00000; echo broken >m.o")
	p.Dir = dir
	got, err := Run(t.Context(), p)
	if err != nil || string(got.Stdout) != "bitcodeprofile" {
		t.Errorf("read %q, %v", got.Stdout, err)
	}
	if data, _ := os.ReadFile(original); string(data) != "bitcode" {
		t.Errorf("a write reached the original: %q", data)
	}
	absent := []SourceFile{{Name: "m.o", Path: filepath.Join(base, "absent")}}
	if _, err := w.Lay(absent); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent input: %v", err)
	}

	// A second link neither removes a live workspace nor leaves a dead one.
	dead := filepath.Join(base, workspacePrefix+"dead")
	if err := os.MkdirAll(dead, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead, lockName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	other, err := NewWorkspace(base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("a live workspace was swept: %v", err)
	}
	if _, err := os.Stat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dead workspace was kept: %v", err)
	}
	for _, w := range []*Workspace{w, other} {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(base, workspacePrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// On a file system without locks, a workspace works and is removed at its end. No other
// link takes it for that of a killed one.
func TestWorkspaceWithoutLocks(t *testing.T) {
	for _, code := range []syscall.Errno{syscall.ENOSYS, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOLCK} {
		base := t.TempDir()
		w, err := newWorkspace(base, func(*flock.Flock) error { return code })
		if err != nil {
			t.Fatal(err)
		}
		dir, err := w.Lay([]SourceFile{{Name: "m.o", Data: []byte("bitcode")}})
		if err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-24 * time.Hour)
		if err := os.Chtimes(w.root, then, then); err != nil {
			t.Fatal(err)
		}
		other, err := NewWorkspace(base)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "m.o")); err != nil {
			t.Errorf("%v: a live workspace was swept: %v", code, err)
		}
		if err := errors.Join(w.Close(), other.Close()); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(base); len(left) > 0 {
			t.Errorf("%v: left behind: %v", code, left)
		}
	}
}

// A lock that fails for another reason is an error that names the file, and leaves nothing.
func TestWorkspaceCannotBeLocked(t *testing.T) {
	base := t.TempDir()
	_, err := newWorkspace(base, func(*flock.Flock) error { return syscall.EIO })
	if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "lock "+base) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(base); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
