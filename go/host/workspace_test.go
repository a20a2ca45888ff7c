//go:build unix

package host

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
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
