//go:build linux

package clang

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The same compiler by another path has the same identity.
func TestIdentityIsNotThePath(t *testing.T) {
	o := options(t)
	want := mustResolve(t, clang, o)
	if want.Name != "clang-22" {
		t.Errorf("Name = %q", want.Name)
	}
	if err := os.Symlink(clang, filepath.Join(o.Dir, "my clang")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/usr/lib/llvm-22/bin/clang", "clang-22", "./my clang"} {
		got := mustResolve(t, path, o)
		if got.Identity != want.Identity {
			t.Errorf("%s: another identity", path)
		}
		if !filepath.IsAbs(got.Path) {
			t.Errorf("%s: Path = %q", path, got.Path)
		}
	}
}

// Bazel's actions have a PWD that leads the compiler's process to another folder,
// because that process has its own working directory.
func TestRelativeCompiler(t *testing.T) {
	o := options(t)
	t.Chdir(o.Dir)
	t.Setenv("PWD", "/proc/self/cwd")
	o.Dir = "."
	if err := os.Symlink(clang, "clang"); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(physical(t), "clang")
	if got := mustResolve(t, "./clang", o).Path; got != want {
		t.Errorf("Path = %s, want %s", got, want)
	}
}

func TestWrapperScript(t *testing.T) {
	o := options(t)
	plain := mustResolve(t, clang, o)
	wrapper := write(t, filepath.Join(o.Dir, "cc"), "#!/bin/sh\nexec /usr/bin/clang-22 \"$@\"\n", 0o755)
	wrapped := mustResolve(t, wrapper, o)
	if wrapped.Identity == plain.Identity || wrapped.Name != "clang-22" {
		t.Errorf("wrapped = %+v", wrapped)
	}
	// The wrapper's own bytes stay, but it now leads to another program.
	other := write(t, filepath.Join(o.Dir, "other"), "#!/bin/sh\necho other clang version 23.0.0\n", 0o755)
	link := filepath.Join(o.Dir, "link")
	indirect := write(t, filepath.Join(o.Dir, "cc2"), "#!/bin/sh\nexec "+link+" \"$@\"\n", 0o755)
	identities := map[string]bool{}
	for _, target := range []string{clang, other} {
		os.Remove(link)
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		identities[mustResolve(t, indirect, o).Identity] = true
	}
	if len(identities) != 2 {
		t.Error("the compiler behind a wrapper isn't part of the identity")
	}
}

// The identity of a compiler proper doesn't depend on the jobs' arguments, not
// even on those that it would refuse.
func TestArgumentsAreNotIdentity(t *testing.T) {
	want := mustResolve(t, clang, options(t))
	o := options(t)
	o.Args = []string{"-c", "-O2", "-fprofile-use=absent.prof", "-fbogus"}
	if got := mustResolve(t, clang, o); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A wrapper may add arguments from anywhere.
func TestWrapperAddsArguments(t *testing.T) {
	o := options(t)
	o.Args = []string{"-c", "-O2"}
	flags := filepath.Join(o.Dir, "flags")
	wrapper := write(t, filepath.Join(o.Dir, "cc"), "#!/bin/sh\nexec /usr/bin/clang-22 \"$@\" $(cat "+flags+")\n",
		0o755)
	identities := map[string]bool{}
	for _, more := range []string{"-O2", "-O0", "-O0"} {
		write(t, flags, more, 0o644)
		identities[mustResolve(t, wrapper, o).Identity] = true
	}
	if len(identities) != 2 {
		t.Errorf("%d identities for two sets of arguments", len(identities))
	}
}

func TestUnusable(t *testing.T) {
	o := options(t)
	plainFile := write(t, filepath.Join(o.Dir, "notexec"), "text", 0o644)
	noInterpreter := write(t, filepath.Join(o.Dir, "script"), "#!/nonexistent/sh\n", 0o755)
	for _, compiler := range []string{
		noInterpreter,
		"/nonexistent/clang",
		"no-such-clang-anywhere",
		plainFile,
		o.Dir,
		"./absent",
	} {
		if tc, err := Resolve(t.Context(), compiler, o); !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %+v, %v", compiler, tc, err)
		}
	}
}

// A compiler that only crashes has an identity: its jobs will show what is wrong.
func TestCrashingCompiler(t *testing.T) {
	o := options(t)
	crash := write(t, filepath.Join(o.Dir, "crash"), "#!/bin/sh\nkill -SEGV $$\n", 0o755)
	if tc := mustResolve(t, crash, o); tc.Name != "clang" || len(tc.Identity) != 64 {
		t.Errorf("%+v", tc)
	}
}

// Nothing is cached for a compiler that finds its library by a variable which it doesn't
// get, and the reason says what to do.
func TestLibraryIsMissing(t *testing.T) {
	o := options(t)
	lib := build(t, filepath.Join(o.Dir, "libs", "libLLVMfake.so"), "int version(void) { return 98; }",
		shared, "-fPIC", "-Wl,-soname,libLLVMfake.so")
	compiler := build(t, filepath.Join(o.Dir, "clang"), pretender, lib)
	want := "needs libLLVMfake.so, which isn't found (if LD_LIBRARY_PATH leads to it: --action_env=LD_LIBRARY_PATH)"
	if tc := mustResolve(t, compiler, o); !strings.Contains(tc.Unknown, want) {
		t.Errorf("%q", tc.Unknown)
	}
	o.Env = append(o.Env, "LD_LIBRARY_PATH="+filepath.Dir(lib))
	if tc := mustResolve(t, compiler, o); tc.Unknown != "" || tc.Name != "clang-98" {
		t.Errorf("%+v", tc)
	}
}
