//go:build linux

package clang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thinrex/go/host/memo"
)

// pretender is the source of a program that answers as clang does, and loads a library
// with LLVM in its name.
const pretender = `#include <stdio.h>
#include <string.h>
#include <unistd.h>
int version(void);
int main(int n, char **args) {
	char self[4096] = {0};
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
	if (strcmp(args[1], "--version")) fprintf(stderr, " \"%s\" \"-cc1\"\n", self);
	else printf("clang version %d.0.0\n", version());
	return 0;
}
`

// resolved returns the paths of the memos.
func resolved(t *testing.T, o ResolveOptions) []string {
	t.Helper()
	memos, err := filepath.Glob(filepath.Join(o.StateDir, "resolved-*"))
	if err != nil {
		t.Fatal(err)
	}
	return memos
}

// setAge sets a file's times to some time ago.
func setAge(t *testing.T, path string, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// A file's state is settled if neither of its times is recent when the search begins.
func TestSettledFile(t *testing.T) {
	before := time.Now()
	path := write(t, filepath.Join(t.TempDir(), "f"), "content", 0o644)
	setAge(t, path, time.Hour)
	state, isSettled := stateOf(wholeFile, path, before)
	if isSettled {
		t.Error("its inode has just changed, and that counts for nothing")
	}
	later := before.Add(24 * time.Hour)
	if same, isSettled := stateOf(wholeFile, path, later); !isSettled || same != state {
		t.Errorf("a day later: settled: %v, %s, was %s", isSettled, same, state)
	}
	setAge(t, path, -48*time.Hour)
	if other, isSettled := stateOf(wholeFile, path, later); isSettled || other == state {
		t.Errorf("changed in the future: settled: %v, %s, was %s", isSettled, other, state)
	}
}

// A memo is good until something changes on which it depended.
func TestMemoOfLibraries(t *testing.T) {
	made := t.TempDir()
	lib := build(t, filepath.Join(made, "libLLVMfake.so"), "int version(void) { return 98; }", shared, "-fPIC",
		"-Wl,-soname,libLLVMfake.so")
	program := build(t, filepath.Join(made, "clang"), pretender, lib,
		"-Wl,--enable-new-dtags,-rpath,$ORIGIN/../first:$ORIGIN/../lib")
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	code, text := read(lib), read(program)
	rename := func(t *testing.T, from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	link := func(t *testing.T, to, from string) {
		os.Remove(from)
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		change func(t *testing.T, dir string)
		holds  bool
	}{
		"nothing": {func(*testing.T, string) {}, true},
		"another file": {
			func(t *testing.T, dir string) { write(t, filepath.Join(dir, "real/libother.so"), code, 0o755) },
			true,
		},
		"the library": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "real/libLLVMfake.so"), code+"patched", 0o755)
		}, false},
		"the program": {
			func(t *testing.T, dir string) { write(t, filepath.Join(dir, "bin/clang"), text+"patched", 0o755) },
			false,
		},
		"a library before": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "first/libLLVMfake.so"), code+"patched", 0o755)
		}, false},
		"in the environment": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "env/libLLVMfake.so"), code+"patched", 0o755)
		}, false},
		"a folder's link": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "other/libLLVMfake.so"), code+"patched", 0o755)
			link(t, "other", filepath.Join(dir, "lib"))
		}, false},
		"the library's link": {func(t *testing.T, dir string) {
			rename(t, filepath.Join(dir, "real/libLLVMfake.so"), filepath.Join(dir, "real/old.so"))
			write(t, filepath.Join(dir, "real/new.so"), code+"patched", 0o755)
			link(t, "new.so", filepath.Join(dir, "real/libLLVMfake.so"))
		}, false},
		"the memo": {func(t *testing.T, dir string) {
			memos, err := filepath.Glob(filepath.Join(dir, "state", "resolved-*"))
			if err != nil || len(memos) != 1 {
				t.Fatal(memos, err)
			}
			data := read(memos[0])
			write(t, memos[0], data[:len(data)/2], 0o644)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			for _, sub := range []string{"bin", "real", "first", "env", "other", "state"} {
				if err := os.Mkdir(filepath.Join(o.Dir, sub), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			o.StateDir = filepath.Join(o.Dir, "state")
			o.Env = append(o.Env, "LD_LIBRARY_PATH="+filepath.Join(o.Dir, "env"))
			compiler := write(t, filepath.Join(o.Dir, "bin", "clang"), text, 0o755)
			lib := write(t, filepath.Join(o.Dir, "real", "libLLVMfake.so"), code, 0o755)
			link(t, "real", filepath.Join(o.Dir, "lib"))
			setAge(t, lib, -time.Hour) // in the future: it doesn't settle, however slow the test is
			want := mustResolve(t, compiler, o)
			if want.Name != "clang-98" || len(resolved(t, o)) > 0 {
				t.Fatalf("%+v; memos of files that may still change: %q", want, resolved(t, o))
			}
			setAge(t, lib, time.Hour)
			time.Sleep(memo.Tick + 100*time.Millisecond) // until their times count
			mustResolve(t, compiler, o)
			memos := resolved(t, o)
			if len(memos) != 1 {
				t.Fatalf("memos: %q", memos)
			}
			planted := strings.Repeat("f", len(want.Identity))
			write(t, memos[0], strings.Replace(read(memos[0]), want.Identity, planted, 1), 0o644)
			test.change(t, o.Dir)
			o.Files = options(t).Files // as another process has them
			if got := mustResolve(t, compiler, o); (got.Identity == planted) != test.holds {
				t.Errorf("the memo holds: %v", !test.holds)
			}
		})
	}
}
