//go:build linux

package clang

import (
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The loader is part of the identity: it tells libm which processor there is.
func TestIdentityCoversLoader(t *testing.T) {
	all, err := loadedFiles(clang, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := readHeader(regularFile(clang))
	if err != nil || !slices.Contains(all.files, regularFile(h.interpreter)) {
		t.Errorf("%s isn't in %q (%v)", h.interpreter, all.files, err)
	}
	for _, file := range all.files {
		if of, err := readHeader(file); err != nil || of.Class != elf.ELFCLASS64 {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// The loader is asked, each time, for a library that only it can find: $LIB means
// another folder on each distribution.
func TestLoaderKnowsMore(t *testing.T) {
	o := options(t)
	lib := filepath.Join(o.Dir, "lib", "x86_64-linux-gnu", "libLLVMfake.so")
	soname := "-Wl,-soname,libLLVMfake.so"
	build(t, lib, "int version(void) { return 98; }", shared, "-fPIC", soname)
	compiler := build(t, filepath.Join(o.Dir, "bin", "clang"), pretender, lib, "-Wl,-rpath,"+o.Dir+"/$LIB")
	for _, dir := range []string{"lib64", "lib"} { // where $LIB leads elsewhere
		if err := os.Symlink(filepath.Dir(lib), filepath.Join(o.Dir, dir)); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
	}
	before := mustResolve(t, compiler, o)
	if before.Unknown != "" || before.Name != "clang-98" || len(resolved(t, o)) > 0 {
		t.Fatalf("%+v, remembered: %q", before, resolved(t, o))
	}
	data, err := os.ReadFile(lib)
	if err != nil {
		t.Fatal(err)
	}
	write(t, lib, string(data)+"patched", 0o755)
	o.Files = options(t).Files
	if after := mustResolve(t, compiler, o); after.Identity == before.Identity {
		t.Error("another library doesn't change the identity")
	}
}

// Relative folders of LD_LIBRARY_PATH, and empty ones, are those of the folder in which
// the compiler runs.
func TestRelativeLibraryPath(t *testing.T) {
	all := loadedBy(t, clang)
	i := slices.IndexFunc(all, func(path string) bool { return strings.HasPrefix(filepath.Base(path), "libm.so") })
	if i < 0 {
		t.Fatalf("no libm in %q", all)
	}
	data, err := os.ReadFile(all[i])
	if err != nil {
		t.Fatal(err)
	}
	for value, where := range map[string]string{
		"libs": "libs", "./libs/:/x": "libs", "/x:": ".", ":/x": ".", "/x;;/y": ".",
	} {
		o := options(t)
		o.RunsIn = t.TempDir()
		o.Env = append(o.Env, "LD_LIBRARY_PATH="+value)
		before := mustResolve(t, clang, o).Identity
		if err := os.MkdirAll(filepath.Join(o.RunsIn, where), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(o.RunsIn, where, "libm.so.6"), string(data)+"patched", 0o755)
		after := mustResolve(t, clang, o).Identity
		if o.RunsIn = ""; after == before || mustResolve(t, clang, o).Identity != before {
			t.Errorf("%s: another libm gives the same identity, or one that isn't used gives another", value)
		}
	}
}
