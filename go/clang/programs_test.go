//go:build linux

package clang

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// build compiles and links one C source.
func build(t *testing.T, out, source string, args ...string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		t.Fatal(err)
	}
	src := write(t, out+".c", source, 0o644)
	mustRun(t, commandIn(filepath.Dir(out), append([]string{clang, "-fuse-ld=lld", "-o", out, src}, args...)...))
	os.Remove(src)
	return out
}

const shared = "-shared"

// A library's RPATH, which also counts for the libraries that it loads, is followed here
// and ignored on the worker, whatever exists there.
func TestPortableForgetsRPATH(t *testing.T) {
	const inner, outer = "int inner(void) { return %d; }", "int inner(void); int outer(void) { return inner(); }"
	const program = "int outer(void); int main(void) { return outer(); }"
	for name, of := range map[string]struct{ program, outer bool }{
		"the program's": {program: true}, "the library's": {outer: true}, "both": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			dir := filepath.Join(o.Dir, "lib")
			rpath := map[bool][]string{true: {"-Wl,--disable-new-dtags,-rpath," + dir}}
			in := build(t, filepath.Join(dir, "libinner.so"), fmt.Sprintf(inner, 7), shared, "-fPIC",
				"-Wl,-soname,libinner.so")
			out := build(t, filepath.Join(dir, "libouter.so"), outer,
				append([]string{shared, "-fPIC", "-Wl,-soname,libouter.so", in}, rpath[of.outer]...)...)
			prog := build(t, filepath.Join(o.Dir, "prog"), program,
				append([]string{out, "-Wl,--allow-shlib-undefined"}, rpath[of.program]...)...)
			if !of.program {
				o.Env = append(o.Env, "LD_LIBRARY_PATH="+dir)
			}
			p := mustPortable(t, &Compiler{Path: prog, Name: "clang"}, o)
			root := t.TempDir()
			lay(t, root, p)
			build(t, in, fmt.Sprintf(inner, 9), shared, "-fPIC", "-Wl,-soname,libinner.so")
			cmd := commandIn(root, p.Launch...)
			if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 7 {
				t.Errorf("%q: %v", p.Launch, cmd.ProcessState)
			}
		})
	}
}

// Libraries for another machine are passed over, where their folder comes first.
func TestLibrariesOfThisMachine(t *testing.T) {
	o := options(t)
	wrong, right := filepath.Join(o.Dir, "wrong"), filepath.Join(o.Dir, "right")
	const source = "int f(void) { return 1; }"
	build(t, filepath.Join(wrong, "libf.so"), source, shared, "-nostdlib", "-fPIC", "--target=i686-linux-gnu")
	want := build(t, filepath.Join(right, "libf.so"), source, shared, "-fPIC", "-Wl,-soname,libf.so")
	prog := build(t, filepath.Join(o.Dir, "prog"), "int f(void); int main(void) { return f(); }", want)
	o.Env = append(o.Env, "LD_LIBRARY_PATH="+wrong+":"+right)
	p := mustPortable(t, &Compiler{Path: prog, Name: "clang"}, o)
	if !slices.ContainsFunc(p.Files, func(f PortableFile) bool { return f.File.Path == want }) {
		t.Errorf("Files = %+v", p.Files)
	}
}

func TestStaticProgram(t *testing.T) {
	const source = "void _start(void) { for (;;) ; }"
	for _, how := range []string{"-static", "-static-pie"} {
		o := options(t)
		prog := build(t, filepath.Join(o.Dir, "prog"), source, how, "-nostdlib")
		p := mustPortable(t, &Compiler{Path: prog, Name: "clang-22"}, o)
		if len(p.Files) != 1 || !p.Files[0].Executable || !slices.Equal(p.Launch, []string{"toolchain/bin/clang-22"}) {
			t.Errorf("%s: %+v", how, p)
		}
	}
}

// musl's loader has other options, and is itself the C library.
func TestMuslProgram(t *testing.T) {
	o := options(t)
	loader := build(t, filepath.Join(o.Dir, "ld-musl-x86_64.so.1"),
		"int puts(const char *s) { return 0; }", shared, "-nostdlib", "-fPIC",
		"-Wl,-soname,libc.musl-x86_64.so.1")
	prog := build(t, filepath.Join(o.Dir, "prog"), "int puts(const char *); void _start(void) { puts(\"\"); }",
		"-nostdlib", loader, "-Wl,-dynamic-linker,"+loader)
	p := mustPortable(t, &Compiler{Path: prog, Name: "clang-22"}, o)
	want := []string{
		"toolchain/lib/ld-musl-x86_64.so.1",
		"--library-path",
		"toolchain/lib",
		"toolchain/bin/clang-22",
		"-fintegrated-cc1",
	}
	if diff := cmp.Diff(want, p.Launch); diff != "" || len(p.Files) != 2 {
		t.Errorf("%s\n%+v", diff, p.Files)
	}
}

func TestNotPortable(t *testing.T) {
	o := options(t)
	in := func(name string) string { return filepath.Join(o.Dir, name) }
	lib := build(t, in("libgone.so"), "int f(void) { return 1; }", shared, "-fPIC", "-Wl,-soname,libgone.so")
	const calls, start = "int f(void); int main(void) { return f(); }", "void _start(void) { for (;;) ; }"
	needs := build(t, in("needs"), calls, lib)
	os.Remove(lib)
	for _, c := range []struct{ path, want string }{
		{write(t, in("script"), "#!/bin/sh\nexec "+clang+" \"$@\"\n", 0o755), "starts /usr/lib/llvm-22/bin/clang"},
		{write(t, in("fake"), "#!/bin/sh\nexit 1\n", 0o755), "isn't a Linux program"},
		{needs, "needs libgone.so"},
		{
			build(t, in("foreign"), start, "-nostdlib", "-pie", "-Wl,-dynamic-linker,"+clang),
			"neither glibc's nor musl's",
		},
		{
			build(t, in("noloader"), start, "-nostdlib", "-pie", "-Wl,-dynamic-linker,/nonexistent/ld.so.1"),
			"doesn't exist",
		},
		{build(t, in("object"), start, "-c"), "isn't a program"},
	} {
		tc := &Compiler{Path: c.path, Name: "clang"}
		if filepath.Base(c.path) == "script" {
			tc = mustResolve(t, c.path, o)
		}
		p, err := tc.Portable(o.Files, o.Env)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--toolchain=image") {
			t.Errorf("%s: %+v, %v", c.path, p, err)
		}
	}
}
