package memo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is written is read, by whoever the user's umask lets read it, and no temporary
// file is left.
func TestWrite(t *testing.T) {
	t.Run("Write", func(t *testing.T) { testWrite(t, Write) })
	t.Run("WriteUnsynced", func(t *testing.T) { testWrite(t, WriteUnsynced) })
}

func testWrite(t *testing.T, write func(path string, data []byte) error) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	path := Path(dir, SearchPath, "1")
	for _, want := range []string{"first", "", strings.Repeat("longer", 1<<20)} {
		if err := write(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, ok := Read(path); !ok || string(got) != want {
			t.Errorf("%d bytes, %v, want %d", len(got), ok, len(want))
		}
	}
	probe := filepath.Join(dir, "probe")
	if err := os.WriteFile(probe, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	want, err := os.Stat(probe)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.Stat(path); err != nil || got.Mode() != want.Mode() {
		t.Errorf("mode %v, %v, want %v", got.Mode(), err, want.Mode())
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

// What can't be written is an error that names the file, and leaves nothing.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "resolved-1"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		Path(file, SearchPath, "1"), Path(dir, ResolvedCompiler, "1"), "/proc/thinrex/search-1.json",
	} {
		folder := filepath.Base(filepath.Dir(path))
		if err := Write(path, []byte("x")); err == nil || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s: %v", path, err)
		}
		if err := WriteUnsynced(path, []byte("x")); err == nil || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s: %v", path, err)
		}
		if err := Append(path, []byte("x")); err == nil {
			t.Errorf("appended to %s", path)
		}
		if _, ok := Read(path); ok {
			t.Errorf("%s was read", path)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

// Without a state folder nothing is remembered, and nothing fails.
func TestNoFolder(t *testing.T) {
	path := Path(OfHost(""), CompilerDigests)
	if err := Write(path, []byte("x")); err != nil || path != "" {
		t.Errorf("%q: %v", path, err)
	}
	if err := Append(path, []byte("x")); err != nil {
		t.Error(err)
	}
	if _, ok := Read(path); ok {
		t.Error("something was read")
	}
}
