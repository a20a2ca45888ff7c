//go:build linux

package clang

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/quick"
)

const clang = "/usr/bin/clang-22"

func options(t *testing.T) ResolveOptions {
	quick.Skip(t, "runs clang")
	return ResolveOptions{
		Dir: t.TempDir(), Env: []string{"PATH=/usr/bin:/bin"},
		Files: filedigest.Open("", digest.SHA256), StateDir: t.TempDir(),
	}
}

func mustResolve(t *testing.T, compiler string, o ResolveOptions) *Compiler {
	t.Helper()
	tc, err := Resolve(t.Context(), compiler, o)
	if err != nil {
		t.Fatal(err)
	}
	return tc
}

// write makes a file that can be run at once: a process that a parallel test
// forks while it is open for writing would hold it open for a moment, and
// running it would fail as "text file busy".
func write(t *testing.T, path, content string, mode os.FileMode) string {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

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

// Bazel's actions have a PWD that is another folder to the compiler's process,
// whose own folder is another one.
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

func physical(t *testing.T) string {
	t.Helper()
	dir, err := syscall.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// All libraries that the loader says it loads, and the loader, are found. The
// loader itself is the judge, for clang and for programs with other libraries.
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
	cmd := command("/", program)
	cmd.Env = append(append(cmd.Env, "LD_TRACE_LOADED_OBJECTS=1"), env...)
	var files []string
	for _, m := range regexp.MustCompile(`(/\S+) \(0x`).FindAllStringSubmatch(string(mustRun(t, cmd)), -1) {
		files = append(files, regularFile(m[1]))
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// Another library behind the same program is another compiler, be it LLVM's or the
// one whose functions LLVM calls to fold constants.
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
	wrapper := write(t, filepath.Join(o.Dir, "cc"), "#!/bin/sh\nexec /usr/bin/clang-22 \"$@\" $(cat "+flags+")\n", 0o755)
	identities := map[string]bool{}
	for _, more := range []string{"-O2", "-O0", "-O0"} {
		write(t, flags, more, 0o644)
		identities[mustResolve(t, wrapper, o).Identity] = true
	}
	if len(identities) != 2 {
		t.Errorf("%d identities for two sets of arguments", len(identities))
	}
}

// The answers of a compiler that was asked before are used again.
func TestAsksOnce(t *testing.T) {
	o := options(t)
	want := mustResolve(t, clang, o)
	memos, err := filepath.Glob(filepath.Join(o.StateDir, "compiler-*.json"))
	if err != nil || len(memos) != 1 {
		t.Fatalf("memos: %q, %v", memos, err)
	}
	forget := func() {
		for _, memo := range resolved(t, o) {
			os.Remove(memo)
		}
	}
	forget()
	planted := `{"Version":"clang version 99.1","Frontend":"/usr/lib/llvm-22/bin/clang"}`
	write(t, memos[0], planted, 0o644)
	if got := mustResolve(t, clang, o); got.Name != "clang-99" || got.Identity == want.Identity {
		t.Errorf("asked again: %+v", got)
	}
	forget()
	write(t, memos[0], "damaged", 0o644)
	if got := mustResolve(t, clang, o); !reflect.DeepEqual(got, want) {
		t.Errorf("a damaged memo: %+v", got)
	}
}

func TestDriverMode(t *testing.T) {
	for path, want := range map[string]string{
		"/usr/bin/clang-22": "", "clang++": "", "/x/clang-cl-22": "cl", "clang-cl.exe": "cl", "clang-cl": "cl",
	} {
		if got := driverMode(path); got != want {
			t.Errorf("driverMode(%q) = %q", path, got)
		}
	}
}

func TestUnusable(t *testing.T) {
	o := options(t)
	plainFile := write(t, filepath.Join(o.Dir, "notexec"), "text", 0o644)
	noInterpreter := write(t, filepath.Join(o.Dir, "script"), "#!/nonexistent/sh\n", 0o755)
	for _, compiler := range []string{noInterpreter, "/nonexistent/clang", "no-such-clang-anywhere", plainFile, o.Dir, "./absent"} {
		if tc, err := Resolve(t.Context(), compiler, o); !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %+v, %v", compiler, tc, err)
		}
	}
}

// A compiler that only crashes has an identity: its jobs will say what is wrong.
func TestCrashingCompiler(t *testing.T) {
	o := options(t)
	crash := write(t, filepath.Join(o.Dir, "crash"), "#!/bin/sh\nkill -SEGV $$\n", 0o755)
	if tc := mustResolve(t, crash, o); tc.Name != "clang" || len(tc.Identity) != 64 {
		t.Errorf("%+v", tc)
	}
}

// A compiler that finds its library by a variable which isn't passed on isn't cached,
// and the reason says what to do.
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

// Of -###, the program is found, also where it is many in one.
func TestFrontend(t *testing.T) {
	realPath := regularFile(clang)
	for out, want := range map[string]string{
		` (in-process)\n "` + realPath + `" "-cc1" "-triple" "x"\n`: realPath,
		`x\n "` + realPath + `" "clang" "-cc1" "-triple" "x"\n`:     realPath,
		` "` + realPath + `" "-cc1as" "-triple" "x"\n`:              "",
		` "/absent/clang" "-cc1"\n`:                                 "",
		` "` + realPath + `" "-x" "-cc1"\n`:                         "",
		`clang: error: no input files`:                              "",
	} {
		if got := frontendIn([]byte(strings.ReplaceAll(out, `\n`, "\n"))); got != want {
			t.Errorf("%s: %q, want %q", out, got, want)
		}
	}
}
