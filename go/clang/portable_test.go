//go:build linux

package clang

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustPortable(t *testing.T, tc *Compiler, o ResolveOptions) *Portable {
	t.Helper()
	p, err := tc.Portable(o.Files, o.Env)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lay makes the input root as a worker would.
func lay(t *testing.T, dir string, p *Portable) {
	t.Helper()
	for _, f := range p.Files {
		data, err := os.ReadFile(f.File.Path)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if f.Executable {
			mode = 0o755
		}
		write(t, path, string(data), mode)
	}
}

func mustRun(t *testing.T, cmd *exec.Cmd) []byte {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", cmd.Args, err, out)
	}
	return out
}

func commandIn(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=/usr/bin:/bin"}
	return cmd
}

// isolated runs a command that sees nothing but its folder: no libc, no /proc.
func isolated(dir string, args ...string) *exec.Cmd {
	cmd := commandIn("/", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir}
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}}
	}
	return cmd
}

// dtltoJob makes a module, its shard and a module that it imports from.
func dtltoJob(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "m.c"), "int twice(int);\nint main(int c, char **v) { return twice(c) + 3; }\n", 0o644)
	write(t, filepath.Join(dir, "i.c"), "#include <math.h>\nint twice(int x) { return x * (int)cos(0); }\n", 0o644)
	mustRun(t, commandIn(dir, clang, "-O2", "-g", "-flto=thin", "-c", "m.c", "i.c"))
	mustRun(t, commandIn(dir, "/usr/bin/ld.lld-22", "-shared", "--thinlto-index-only", "m.o", "i.o", "-o", "unused"))
	mustRun(t,
		commandIn(dir, clang, "-O2", "-g", "--target=x86_64-pc-windows-msvc", "-flto=thin", "-c", "-o", "w.o", "m.c"))
}

// The compiler makes the same object when it runs from its uploaded files: on this
// machine, where it doesn't touch the installed LLVM, and where there is nothing else.
func TestPortableCompiles(t *testing.T) {
	o := options(t)
	job := t.TempDir()
	dtltoJob(t, job)
	for _, c := range []struct {
		compiler, program string
		args, outputs     []string
	}{
		{clang, "toolchain/bin/clang-22",
			[]string{
				"-c", "-O2", "--no-default-config", "-x", "ir",
				"m.o", "-fthinlto-index=m.o.thinlto.bc", "-gsplit-dwarf", "-o", "m.native.o",
			},
			[]string{"m.native.o", "m.native.dwo"}},
		{"/usr/bin/clang-cl-22", "toolchain/bin/clang-cl",
			[]string{
				"-c", "/O2", "--no-default-config", "--target=x86_64-pc-windows-msvc",
				"-mno-incremental-linker-compatible", "-Xclang", "-gno-codeview-command-line",
				"-x", "ir", "w.o", "-o", "w.native.o",
			},
			[]string{"w.native.o"}},
	} {
		p := mustPortable(t, mustResolve(t, c.compiler, o), o)
		want := []string{"--inhibit-cache", "--library-path", "toolchain/lib", c.program, "-fintegrated-cc1"}
		if diff := cmp.Diff(want, p.Launch[1:]); diff != "" || !strings.HasPrefix(p.Launch[0], "toolchain/lib/ld") {
			t.Errorf("Launch = %q", p.Launch)
		}
		lay(t, job, p)
		objects, _ := compile(t, commandIn(job, append([]string{c.compiler}, c.args...)...), job, c.outputs)
		launch := slices.Concat(p.Launch, c.args)

		beside := commandIn(job, launch...)
		beside.Env = append(beside.Env, "LD_DEBUG=libs")
		got, printed := compile(t, beside, job, c.outputs)
		if !cmp.Equal(got, objects) {
			t.Errorf("%s makes another object beside LLVM", c.program)
		}
		checkLoaded(t, printed, p)

		if err := isolated(job, "toolchain/nothing").Run(); !errors.Is(err, fs.ErrNotExist) {
			t.Logf("no right to chroot here: %v", err)
			continue
		}
		got, printed = compile(t, isolated(job, launch...), job, c.outputs)
		if !cmp.Equal(got, objects) || len(printed) > 0 {
			t.Errorf("%s makes another object alone: %s", c.program, printed)
		}
	}
}

// compile returns the outputs of a compiler, and what it printed.
func compile(t *testing.T, cmd *exec.Cmd, dir string, outputs []string) (objects [][]byte, printed []byte) {
	t.Helper()
	printed = mustRun(t, cmd)
	for _, name := range outputs {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, data)
		os.Remove(path)
	}
	return objects, printed
}

var initialised = regexp.MustCompile(`(?m)calling init: (\S+)$`)

// checkLoaded reads what the loader prints with LD_DEBUG=libs: it must have loaded all
// uploaded libraries and no others.
func checkLoaded(t *testing.T, printed []byte, p *Portable) {
	t.Helper()
	var got, want []string
	for _, m := range initialised.FindAllSubmatch(printed, -1) {
		got = append(got, string(m[1]))
	}
	for _, f := range p.Files {
		if strings.HasPrefix(f.Name, libraryDir) {
			want = append(want, f.Name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files of the tree, and those that are loaded: %s", diff)
	}
	for line := range bytes.Lines(printed) {
		if bytes.Contains(line, []byte("trying file=")) && !bytes.Contains(line, []byte("trying file=toolchain/")) {
			t.Errorf("looked outside the tree: %s", line)
		}
	}
}

// The same compiler in another place has the same files and command.
func TestPortableIsNotThePath(t *testing.T) {
	o := options(t)
	want := mustPortable(t, mustResolve(t, clang, o), o)
	moved := t.TempDir()
	lay(t, moved, want)
	program := filepath.Join(moved, "toolchain/my clang")
	if err := os.Rename(filepath.Join(moved, "toolchain/bin/clang-22"), program); err != nil {
		t.Fatal(err)
	}
	o.Env = append(o.Env, "LD_LIBRARY_PATH="+filepath.Join(moved, libraryDir))
	got := mustPortable(t, mustResolve(t, program, o), o)
	if diff := cmp.Diff(want.Launch, got.Launch); diff != "" {
		t.Error(diff)
	}
	describe := func(p *Portable) (lines []string) {
		for _, f := range p.Files {
			lines = append(lines, fmt.Sprint(f.Name, f.File.Digest, f.Executable))
		}
		return lines
	}
	if diff := cmp.Diff(describe(want), describe(got)); diff != "" {
		t.Error(diff)
	}
	elsewhere := slices.ContainsFunc(got.Files, func(f PortableFile) bool {
		return !strings.HasPrefix(f.File.Path, moved) && !strings.HasPrefix(filepath.Base(f.Name), "ld-")
	})
	if elsewhere ||
		!slices.IsSortedFunc(got.Files, func(a, b PortableFile) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("Files = %+v", got.Files)
	}
}
