//go:build linux

package clang

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// All libraries that the loader says it loads are found, and the loader itself: for
// clang and for programs with other libraries.
func TestLoadedFiles(t *testing.T) {
	for _, program := range []string{clang, "/usr/bin/lld-22", "/usr/bin/python3", "/bin/sh"} {
		if _, err := os.Stat(program); err != nil {
			continue
		}
		all, err := loadedFiles(program, nil, nil)
		if err != nil || len(all.missing) > 0 {
			t.Fatalf("%s: %v, missing %q", program, err, all.missing)
		}
		want := loadedBy(t, program)
		if diff := cmp.Diff(want, slices.Sorted(slices.Values(all.files))); diff != "" {
			t.Errorf("%s: %s", program, diff)
		}
	}
}

// loadedBy asks the loader what it would load.
func loadedBy(t *testing.T, program string, env ...string) []string {
	t.Helper()
	cmd := commandIn("/", program)
	cmd.Env = append(append(cmd.Env, "LD_TRACE_LOADED_OBJECTS=1"), env...)
	var files []string
	for _, m := range regexp.MustCompile(`(/\S+) \(0x`).FindAllStringSubmatch(string(mustRun(t, cmd)), -1) {
		files = append(files, regularFile(m[1]))
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// The same program with another library has another identity, be it LLVM's library or
// the one whose functions LLVM calls to compute constants.
func TestIdentityCoversLibraries(t *testing.T) {
	o := options(t)
	want := mustResolve(t, clang, o)
	for _, name := range []string{"libLLVM.so.22.1", "libm.so.6", "libstdc++.so.6", "libz.so.1", "libc.so.6"} {
		t.Run(name, func(t *testing.T) {
			o := o
			changed := t.TempDir()
			all := loadedBy(t, clang)
			i := slices.IndexFunc(all, func(path string) bool {
				base := filepath.Base(path)
				return base == name || strings.HasPrefix(base, strings.TrimRight(name, "0123456789"))
			})
			if i < 0 {
				t.Fatalf("%s isn't among %q", name, all)
			}
			data, err := os.ReadFile(all[i])
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(changed, name), string(data)+"patched", 0o755)
			o.Env = append(o.Env[:1:1], "LD_LIBRARY_PATH="+changed)
			if got := mustResolve(t, clang, o); got.Identity == want.Identity {
				t.Error("the identity is the same")
			}
		})
	}
}
