package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Only in Bazel, and only for a folder that is read-only, the message says what to do in
// Bazel. Else it says how to give another folder.
func TestAdvice(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"sandbox/linux-sandbox/1/execroot/_main", "execroot", "src/execroots", "src"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for dir, inBazel := range map[string]bool{
		"sandbox/linux-sandbox/1/execroot/_main": true, "execroot": true, "src/execroots": false, "src": false,
	} {
		t.Chdir(filepath.Join(root, dir))
		if runtime.GOOS == "linux" {
			t.Setenv("PWD", "/proc/self/cwd") // as Bazel sets it
		}
		for _, code := range []syscall.Errno{syscall.EROFS, syscall.EACCES, syscall.ENOSPC} {
			err := withAdvice("/cache", &fs.PathError{Op: "mkdir", Path: "/cache", Err: code})
			named := strings.Contains(err.Error(), "--strategy=CppLink=local") &&
				strings.Contains(err.Error(), "--sandbox_writable_path=/cache ") && strings.Contains(err.Error(), "disk_cache")
			other := strings.Contains(err.Error(), " (--disk_cache=DIR gives another folder)")
			if !errors.Is(err, code) || named != (inBazel && code == syscall.EROFS) || named == other {
				t.Errorf("%v in %s: %v", code, dir, err)
			}
		}
	}
}
