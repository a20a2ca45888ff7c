//go:build linux

package searchpath_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/internal/quick"
)

// Where the compiler looks for headers depends on what is installed, also in
// places that it never speaks of. S and G are a root and a toolchain.
func TestInstalledLater(t *testing.T) {
	quick.Skip(t, "runs clang")
	tests := map[string]struct {
		args    string
		files   string
		install string
		same    bool // the answer doesn't change, but might have
		brief   bool // it isn't known to last
	}{
		"multiarch": {args: "-x c --sysroot=S", files: "S/usr/include/h.h",
			install: "S/usr/include/x86_64-linux-gnu/h.h"},
		"usr": {args: "-x c --sysroot S", files: "S/x", install: "S/usr/include/x86_64-linux-gnu/h.h"},
		"libc++": {args: "-x c++ -stdlib=libc++ --sysroot=S", files: "S/usr/include/h.h",
			install: "S/usr/include/c++/v1/h.h"},
		"libc++, newer": {args: "-x c++ -stdlib=libc++ --sysroot=S", files: "S/usr/include/c++/v1/h.h",
			install: "S/usr/include/c++/v2/h.h"},
		"libc++, local": {args: "-x c++ -stdlib=libc++ --sysroot=S", files: "S/usr/include/c++/v1/h.h S/usr/local/x",
			install: "S/usr/local/include/c++/v1/h.h"},
		"GCC": {args: "-x c++ --sysroot=S", files: "S/usr/lib/gcc/x86_64-linux-gnu/x",
			install: "S/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o S/usr/include/c++/12/h.h"},
		"GCC, the rest of it": {args: "-x c++ --sysroot=S",
			files:   "S/usr/lib/gcc/x86_64-linux-gnu/12/x S/usr/include/c++/12/h.h",
			install: "S/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o"},
		"GCC, by toolchain": {args: "-x c++ --gcc-toolchain=G", files: "G/x",
			install: "G/lib/gcc/x86_64-linux-gnu/12/crtbegin.o G/include/c++/12/h.h"},
		"GCC, cross": {args: "-x c++ --target=aarch64-linux-gnu --sysroot=S", files: "S/usr/lib/x",
			install: "S/usr/lib/gcc-cross/aarch64-linux-gnu/12/crtbegin.o S/usr/aarch64-linux-gnu/include/c++/12/h.h"},
		"GCC, Red Hat's toolset": { // looked for only where there is no --sysroot
			args: "-x c --sysroot=S", files: "S/opt/rh/gcc-toolset-13/x",
			install: "S/opt/rh/gcc-toolset-13/root/usr/lib/gcc/x86_64-linux-gnu/13/crtbegin.o", same: true,
		},
		"a list of a sanitizer": {args: "-x c -fsanitize=address -resource-dir=R", files: "R/x",
			install: "R/share/asan_ignorelist.txt", same: true},
		"unknown target": {args: "-x c++ --target=riscv64-unknown-elf --sysroot=S", files: "S/x",
			install: "S/include/c++/v1/h.h", brief: true},
	}
	root := t.TempDir()
	for name, test := range tests {
		t.Chdir(root)
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Chdir(name)
		tree(t, empty(test.files))
	}
	time.Sleep(2100 * time.Millisecond) // an answer lasts if nothing was installed in the last two seconds
	for name, test := range tests {
		t.Chdir(filepath.Join(root, name))
		args := strings.Fields(test.args)
		before := ask(t, args...)
		if before.Lasts() == test.brief || !before.Stands() {
			t.Errorf("%s: it lasts: %v, stands: %v", name, before.Lasts(), before.Stands())
		}
		tree(t, empty(test.install))
		if before.Lasts() && !test.brief {
			t.Errorf("%s: it lasts, though something was installed since", name)
		}
		if before.Stands() && !test.brief {
			t.Errorf("%s: it stands after the installation", name)
		}
		if after := ask(t, args...); slices.Equal(before.Angle, after.Angle) != test.same {
			t.Errorf("%s: %q, then %q", name, before.Angle, after.Angle)
		}
	}
}

// A compilation that runs in a root, as in a container, writes its files there. That
// isn't an installation; another folder of libraries is one.
func TestFilesInRoot(t *testing.T) {
	quick.Skip(t, "runs clang")
	t.Chdir(t.TempDir())
	tree(t, empty("S/usr/include/h.h S/lib/x"))
	before := ask(t, "-x", "c", "--sysroot=S")
	for _, file := range []string{"S/a.o", "S/usr/x", "S/opt/y"} {
		if tree(t, empty(file)); !before.Stands() {
			t.Errorf("it doesn't stand with %s", file)
		}
	}
	tree(t, empty("S/lib32/x"))
	if before.Stands() {
		t.Error("it stands with another folder of libraries")
	}
	before = ask(t, "-x", "c", "--sysroot=S")
	if err := os.Rename("S", "T"); err != nil {
		t.Fatal(err)
	}
	tree(t, empty("S/usr/include/h.h S/lib/x S/lib32/x"))
	if before.Stands() {
		t.Error("it stands with another root")
	}
}

func empty(names string) map[string]string {
	files := map[string]string{}
	for _, name := range strings.Fields(names) {
		files[name] = ""
	}
	return files
}
