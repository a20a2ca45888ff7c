//go:build linux

package clang

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
)

// copyClang makes a compiler in dir, whose bytes depend on mark, and returns its path.
func copyClang(t *testing.T, dir, mark string) string {
	t.Helper()
	quick.Skip(t, "runs clang")
	realPath := regularFile(clang)
	data, err := os.ReadFile(realPath)
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	err = os.Symlink(filepath.Join(filepath.Dir(realPath), "../lib"), filepath.Join(dir, "lib"))
	if err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	path := filepath.Join(bin, "mycc")
	os.Remove(path)
	return write(t, path, string(data)+mark, 0o755)
}

// execs is the source of a launcher: it starts its arguments, or always the same program.
const execs = `#include <unistd.h>
int main(int n, char **args) {
#ifdef PROGRAM
	args[0] = PROGRAM;
	return execvp(PROGRAM, args);
#else
	return execvp(args[1], args + 1);
#endif
}
`

// The identity covers the bytes of the compiler that a launcher starts, however the
// launcher is told what to start.
func TestLaunchers(t *testing.T) {
	made := t.TempDir()
	copyClang(t, made, "")
	mycc := filepath.Join(made, "bin", "mycc")
	told := build(t, filepath.Join(made, "told"), execs)
	fixed := build(t, filepath.Join(made, "fixed"), execs, `-DPROGRAM="`+mycc+`"`)
	byName := build(t, filepath.Join(made, "ccache"), execs, `-DPROGRAM="mycc"`)
	script := write(t, filepath.Join(made, "wrapper.sh"), "exec mycc \"$@\"\n", 0o644)
	own := write(t, filepath.Join(made, "script"), "#!/bin/sh\nexec "+fixed+" \"$@\"\n", 0o755)
	for _, command := range []string{
		"/usr/bin/env mycc", "/usr/bin/nice -n 1 mycc", "/usr/bin/env " + mycc, "/usr/bin/env nice mycc",
		"/usr/bin/env X=1 " + told + " mycc",
		told + " mycc", told + " " + mycc, fixed, byName, "/bin/sh " + script, own, told + " " + own,
	} {
		t.Run(strings.ReplaceAll(command, "/", "_"), func(t *testing.T) {
			identities := map[string]bool{}
			o := options(t)
			words := strings.Fields(command)
			o.Args = append(words[1:], "-c", "--target=x86_64-pc-linux-gnu", "-O2")
			o.Env = []string{"PATH=" + filepath.Join(made, "bin") + ":/usr/bin:/bin"}
			for _, mark := range []string{"one", "two", "two"} {
				copyClang(t, made, mark)
				o.Files = options(t).Files
				tc := mustResolve(t, words[0], o)
				if tc.Unknown != "" {
					t.Fatal(tc.Unknown)
				}
				identities[tc.Identity] = true
			}
			if len(identities) != 2 {
				t.Errorf("%d identities of two compilers", len(identities))
			}
		})
	}
}

// The identity covers a library that only the compiler behind a launcher loads, also
// where env or an option of lld says in which folder it is.
func TestLaunchedLibraries(t *testing.T) {
	all := loadedBy(t, clang)
	i := slices.IndexFunc(all, func(path string) bool { return strings.HasPrefix(filepath.Base(path), "libm.so") })
	if i < 0 {
		t.Fatalf("no libm in %q", all)
	}
	data, err := os.ReadFile(all[i])
	if err != nil {
		t.Fatal(err)
	}
	libs := t.TempDir()
	setting := "LD_LIBRARY_PATH=" + libs
	for name, how := range map[string]struct{ args, env []string }{
		"the environment": {[]string{"clang-22"}, []string{setting}},
		"env":             {[]string{setting, "clang-22"}, nil},
		"env, then nice":  {[]string{"-u", "X", setting, "nice", "clang-22"}, nil},
		"both":            {[]string{setting, "clang-22"}, []string{"LD_LIBRARY_PATH=/nonexistent"}},
	} {
		identities := map[string]bool{}
		for _, mark := range []string{"one", "two", "two"} {
			o := options(t)
			o.Args = append(how.args, "-c")
			o.Env = append(o.Env, how.env...)
			write(t, filepath.Join(libs, "libm.so.6"), string(data)+mark, 0o755)
			identities[mustResolve(t, "/usr/bin/env", o).Identity] = true
		}
		if len(identities) != 2 {
			t.Errorf("%s: %d identities for two libraries", name, len(identities))
		}
	}
}

// Nothing is cached for a launcher unless its answer names the clang that it starts.
func TestUnknownLauncher(t *testing.T) {
	dir := t.TempDir()
	loader, err := readHeader(regularFile(clang))
	if err != nil {
		t.Fatal(err)
	}
	fixed := build(t, filepath.Join(dir, "fixed"), execs, `-DPROGRAM="/bin/true"`)
	const refuses = "#!/bin/sh\ncase \"$*\" in *-###*) exit 1;; esac\nexec clang-22 \"$@\"\n"
	mute := write(t, filepath.Join(dir, "mute"), refuses, 0o755)
	for command, reason := range map[string]string{
		"/bin/true":                      "/bin/true doesn't answer -###",
		fixed:                            "doesn't answer -###",
		mute:                             "doesn't answer -###",
		"/usr/bin/env false":             "/usr/bin/env doesn't answer -###",
		loader.interpreter + " " + clang: "lets the loader",
		"/usr/bin/env " + loader.interpreter + " " + clang: "lets the loader",
	} {
		o := options(t)
		words := strings.Fields(command)
		o.Args = append(words[1:], "-c")
		for range 2 { // nothing of it may be remembered
			if tc := mustResolve(t, words[0], o); !strings.Contains(tc.Unknown, reason) {
				t.Errorf("%s: %q, want %q", command, tc.Unknown, reason)
			}
		}
	}
}

// A worker runs a launcher by the launcher's own name: the arguments name the compiler.
func TestLauncherName(t *testing.T) {
	o := options(t)
	o.Args = []string{clang, "-c", "-x", clang}
	tc := mustResolve(t, "/usr/bin/env", o)
	if tc.Name != "env" || len(tc.Launched) != 1 || tc.Launched[0] != clang {
		t.Errorf("%+v", tc)
	}
}
