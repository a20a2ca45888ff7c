//go:build linux

package compile_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var checkout = map[string]string{
	"src/a.c":     "#include \"a.h\"\n#include <b.h>\nconst char *f = __FILE__, *g = HERE;\nint v = A + B;\n",
	"src/a.h":     "#define A 1\n#define HERE __FILE__\n",
	"inc/b.h":     "#define B 2\n",
	"build/.keep": "",
}

// The same names in another folder are another compilation only if the object
// names the folder.
func TestWorkingDirectory(t *testing.T) {
	for _, test := range []struct {
		args string
		then string
	}{
		{"-O2", "hit"},
		{"-O2 -g", "compiled"},
		{"-O2 -gline-tables-only -g0", "hit"},
		{"-g -ffile-compilation-dir=.", "hit"},
		{"-g -gsplit-dwarf", "compiled"},
	} {
		t.Run(test.args, func(t *testing.T) {
			p := newProject(t, checkout)
			args := append(strings.Fields(test.args), "-flto=thin", "-MD", "-Iinc", "-c", "src/a.c", "-o", "build/a.o")
			p.want("compiled", args...)
			p.enter(checkout)
			p.want(test.then, args...)
			p.want("hit", args...)
		})
	}
}

// With --base_dir, absolute paths below it are as good as relative ones: the
// object is the one of relative paths, in each checkout.
func TestBaseDir(t *testing.T) {
	for i, test := range []struct {
		args string // ROOT stands for the checkout
		then string // in the second checkout
	}{
		{"", "hit"},
		{"-g", "compiled"},
		{"-g -ffile-prefix-map=ROOT=/src", "hit"},
		{"-g -fdebug-prefix-map=ROOT=.", "hit"},
		{"-g -fmacro-prefix-map=ROOT=.", "compiled"},
		{"-g -ffile-compilation-dir=.", "hit"},
		{"-DAT=\"ROOT\"", "compiled"},
		{"-include ROOT/src/a.h", "hit"},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			p := newProject(t, checkout)
			absolute, object := p.inCheckout(test.args, "compiled")
			p.enter(checkout)
			_, again := p.inCheckout(test.args, test.then)
			if test.then == "hit" && again != object {
				t.Error("the objects differ")
			}
			if !strings.Contains(absolute, "inc/b.h") {
				t.Errorf("depfile: %s", absolute)
			}
		})
	}
}

// A checkout has several names if a link leads to it. Whichever of them the command
// and --base_dir use, the object is that of relative names.
func TestBaseDirByLink(t *testing.T) {
	p := newProject(t, checkout)
	checkout := p.Dir
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(checkout, link); err != nil {
		t.Fatal(err)
	}
	p.Dir = filepath.Join(checkout, "build")
	p.Chdir(p.Dir)
	p.Env = append(os.Environ(), "PWD="+p.Dir)
	args := func(root string) []string {
		return []string{"-flto=thin", "-I" + root + "/inc", "-c", root + "/src/a.c", "-o", root + "/build/a.o"}
	}
	want := p.plain(args("..")).files["a.o"]
	verdict := "compiled"
	for _, names := range [][2]string{{checkout, checkout}, {checkout, link}, {link, checkout}, {link, link}} {
		p.BaseDir = names[0]
		got, said := p.cached(args(names[1]))
		if said != verdict || got.files["a.o"] != want {
			t.Errorf("--base_dir=%s, names below %s: %q, want %q; the object of relative names: %v",
				names[0], names[1], said, verdict, got.files["a.o"] == want)
		}
		verdict = "hit"
	}
}

// --verbose says why other checkouts won't hit in spite of --base_dir.
func TestBaseDirInVain(t *testing.T) {
	p := newProject(t, checkout)
	p.BaseDir = p.Dir
	p.want("compiled; only for this checkout", "-g", "-flto=thin", "-Iinc", "-c", "src/a.c")
	p.BaseDir = filepath.Join(p.Dir, "src")
	p.want("compiled; --base_dir="+p.BaseDir+" has no effect: the working directory isn't below it; "+
		"give a folder that holds both", "-flto=thin", "-Iinc", "-c", "src/a.c")
}

// inCheckout compiles in the build folder of the checkout that is the working
// directory, with absolute paths, and compares with the compiler's own object
// for relative ones, and depfile for absolute ones.
func (p *project) inCheckout(extra, verdict string) (depfile, object string) {
	p.Helper()
	root := p.Dir
	p.Chdir(filepath.Join(root, "build"))
	p.Dir, p.BaseDir = filepath.Join(root, "build"), root
	defer func() { p.Dir, p.BaseDir = root, "" }()
	p.Env = append(os.Environ(), "PWD="+p.Dir)
	args := func(root string) []string {
		words := strings.Fields(strings.ReplaceAll(extra, "ROOT/", root+"/"))
		return append(words, "-flto=thin", "-I"+root+"/inc", "-MD", "-MT", "a.o", "-MF", "a.d", "-c", root+"/src/a.c", "-o",
			"a.o")
	}
	whole := func(args []string) []string {
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "ROOT", root)
		}
		return args
	}
	wantDeps := p.plain(whole(args(root))).files["a.d"]
	want := p.plain(whole(args(".."))).files["a.o"]
	got, said := p.cached(whole(args(root)))
	if said, _, _ := strings.Cut(said, ";"); said != verdict {
		p.Fatalf("%q: %q, want %q", extra, said, verdict)
	}
	if got.files["a.o"] != want {
		p.Errorf("%q: not the object of relative paths", extra)
	}
	if got.files["a.d"] != wantDeps {
		p.Errorf("%q: depfile\n%s\nthe compiler's:\n%s", extra, got.files["a.d"], wantDeps)
	}
	return got.files["a.d"], got.files["a.o"]
}

// A file that brings an absolute path of its own can't be shared under a map
// of which the key only says the relative part.
func TestLineDirective(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#line 1 \"/somewhere/else.y\"\nint f(void) { return 1; }\n"})
	p.BaseDir = p.Dir
	args := []string{"-g", "-ffile-prefix-map=" + p.Dir + "=.", "-flto=thin", "-c", "a.c"}
	p.want("not stored: a.c is or holds an absolute path", args...)
	p.BaseDir = ""
	p.want("compiled", args...)
	p.want("hit", args...)
}

// Headers of the system are no such files.
func TestStandardHeadersMapped(t *testing.T) {
	files := map[string]string{
		"a.cc": "#include <string>\n#include <vector>\n#include <map>\n#include <iostream>\n#include <cassert>\nint v;\n",
		"b.cc": "#include <bits/stdc++.h>\nint v;\n",
	}
	p := newProject(t, files)
	for _, verdict := range []string{"compiled", "hit"} {
		p.BaseDir = p.Dir
		for name := range files {
			args := []string{"-g", "-ffile-prefix-map=" + p.Dir + "=.", "-flto=thin", "-c", name}
			p.want(verdict, args...)
			p.want("hit", args...)
		}
		p.enter(files)
	}
}
