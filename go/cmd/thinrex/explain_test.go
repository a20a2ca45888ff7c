//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// explains checks what thinrex explain prints.
func (s *site) explains(args, want string) {
	s.t.Helper()
	if printed := s.run("$THINREX explain " + args); !regexp.MustCompile(want).MatchString(printed) {
		s.t.Errorf("explain %s: no %q in\n%s", args, want, printed)
	}
}

// With slices, the functions are named that changed in an import, also if the jobs hit in the
// link before the edit.
func TestExplainFunctions(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.link()
	s.link()
	s.explains("", `(?m)^ +5 hits    disk cache$`)

	compile := "clang-22 -O2 -flto=thin -c f1.c f2.c; clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc"
	s.run("sed -i 's/x \\* k1/x * k1 + 7/' f1.c; echo 'int other(int x) { return x; }' >>f2.c; " + compile)
	s.link()
	s.explains("", `(?m)^ +1 miss    import f1\.o changed: f1\n +main\.o$`)
	s.explains("", `(?m)^ +2 misses  the module itself changed\n +f1\.o, f2\.o$`)
	s.explains("main", `(?m)^main\.o in the link of prog, .*: compiled in .*\n  import f1\.o changed: f1\n  compared`)

	// A slice that the cache has lost: the import is named, and nothing of it.
	s.run("sed -i 's/k1 + 7/k1 + 8/' f1.c; " + compile)
	s.link()
	for _, blob := range s.blobsWith("BC") {
		if err := os.Remove(blob); err != nil {
			t.Fatal(err)
		}
	}
	s.explains("", `(?m)^ +1 miss    import f1\.o changed\n +main\.o$`)
}

// blobsWith returns the blobs in the disk cache that begin so.
func (s *site) blobsWith(begin string) (paths []string) {
	all, _ := filepath.Glob(s.path("cache/cas/*/*"))
	for _, path := range all {
		if data, err := os.ReadFile(path); err == nil && len(data) > len(begin) && string(data[:len(begin)]) == begin {
			paths = append(paths, path)
		}
	}
	return paths
}
