//go:build linux

package clang

import (
	"os"
	"path/filepath"
	"testing"
)

// A damaged cache of the loader is no error, whatever is damaged.
func TestLoaderCacheDamaged(t *testing.T) {
	data, err := os.ReadFile(systemCache)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cache")
	if whole := readLoaderCache(systemCache); len(whole["libc.so.6"]) == 0 {
		t.Errorf("libc isn't among the %d names in %s", len(whole), systemCache)
	}
	for _, n := range []int{0, 10, 47, 48, 60, len(data) / 2, len(data) - 1} {
		write(t, path, string(data[:n]), 0o644)
		for name, libs := range readLoaderCache(path) {
			for _, lib := range libs {
				if lib.path != "" && !filepath.IsAbs(lib.path) && n > len(data)/2 {
					t.Errorf("%d bytes: %s: %q", n, name, lib.path)
				}
			}
		}
	}
}

func TestLoaderCachePath(t *testing.T) {
	for loader, want := range map[string]string{
		"/lib64/ld-linux-x86-64.so.2":                      systemCache,
		"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2":   systemCache,
		"/nix/store/abc-glibc/lib/ld-linux-x86-64.so.2":    "/nix/store/abc-glibc/etc/ld.so.cache",
		"/opt/brew/lib/x86_64-linux-gnu/ld-linux-x86.so.2": "/opt/brew/etc/ld.so.cache",
		"/somewhere/ld.so":                                 "", "": "",
	} {
		if got := loaderCachePath(loader); got != want {
			t.Errorf("%s: %q, want %q", loader, got, want)
		}
	}
}
