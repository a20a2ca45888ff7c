//go:build linux

package searchpath_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A folder or link that is put in the place of another after a compilation has
// begun.
func TestSwappedMeanwhile(t *testing.T) {
	files := map[string]string{
		"a.c":       "#include <a.h>\n#include <s/b.h>\n#include <c.h>\nint v = A + B + C;\n",
		"linked/.k": "", "v1/a.h": "#define A 1\n", "v2/a.h": "#define A 2\n", "inc": "-> v1",
		"sub/s/b.h": "#define B 1\n", "other/b.h": "#define B 2\n", "first/.k": "",
		"chain/c.h": "-> m1", "chain/m1": "-> m2", "chain/m2": "-> ../deep/c.h", "deep/c.h": "#define C 1\n",
		"deeper/c.h": "#define C 2\n",
	}
	move := func(from, to string) func() error { return func() error { return os.Rename(from, to) } }
	link := func(target, name string) func() error { return func() error { return os.Symlink(target, name) } }
	write := func(name string) func() error { return func() error { return os.WriteFile(name, nil, 0o600) } }
	for name, test := range map[string]struct {
		late   string // what is said to be new, "" if all is stored
		change []func() error
	}{
		"link to a folder":         {"inc", []func() error{link("v2", "x"), move("x", "inc")}},
		"folder that a link names": {"v1", []func() error{move("v1", "x"), move("v2", "v1")}},
		"there and back": {"v1",
			[]func() error{move("v1", "x"), move("v2", "v1"), move("v1", "v2"), move("x", "v1")}},
		"link of a chain": {"chain/m2",
			[]func() error{link("../deeper/c.h", "chain/x"), move("chain/x", "chain/m2")}},
		"folder at a chain's end": {"chain/../deep", []func() error{move("deep", "x"), move("deeper", "deep")}},
		"folder below":            {"sub/s", []func() error{move("sub/s", "x"), move("other", "sub/s")}},
		"into an earlier place":   {"first/s", []func() error{move("other", "first/s")}},
		"and files made in it":    {"v1", []func() error{move("v1", "x"), move("v2", "v1"), write("v1/x.o")}},
		"files made beside":       {"", []func() error{write("x.o"), write("v1/x.o"), write("sub/x.o"), write("first/x.o")}},
		"files made below":        {"", []func() error{write("sub/s/x.o"), write("x.o")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			tree(t, files)
			c := &compilation{read: []string{"a.c", "inc/a.h", "sub/s/b.h", "chain/c.h"}}
			c.Angle = []string{"first", "inc", "sub", "chain"}
			c.begin(t)
			for _, step := range test.change {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			_, _, err := c.end(t)
			if test.late == "" && err != nil || test.late != "" && (err == nil || err.Error() != test.late+" is too new: it "+
				"may have changed while the compiler ran") {
				t.Errorf("%v, want %q", err, test.late)
			}
		})
	}
}

// A mount changes which folder a name stands for, and no stamp. Another working
// directory does the same to relative names.
func TestMountedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"before", "after"} {
		t.Chdir(dir)
		tree(t, map[string]string{name + "/a.c": "#include <a.h>\n", name + "/inc/a.h": "#define A 1\n"})
	}
	for after, late := range map[string]string{"before": "",
		"after": "inc is too new: it may have changed while the compiler ran"} {
		t.Chdir(filepath.Join(dir, "before"))
		c := &compilation{read: []string{"inc/a.h"}}
		c.Angle = []string{"inc"}
		c.began, _ = c.Begin(t.TempDir(), time.Now(), nil)
		t.Chdir(filepath.Join(dir, after))
		_, _, err := c.end(t)
		if late == "" && err != nil || late != "" && (err == nil || err.Error() != late) {
			t.Errorf("%v, want %q", err, late)
		}
	}
}
