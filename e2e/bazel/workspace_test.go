//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// copyRepository copies what is in this repository for users of the rules, so
// that Bazel leaves nothing in it.
func copyRepository(t *testing.T, to string) {
	t.Helper()
	for _, name := range []string{
		"BUILD.bazel", "MODULE.bazel", "REPO.bazel", "WORKSPACE", ".bazelversion", "go.mod", "go.sum",
		"bazel", "examples/bazel", "go", "rules",
	} {
		copyTree(t, filepath.Join(repository, name), filepath.Join(to, name))
	}
	copyTree(t, "testdata/workspace", filepath.Join(to, "e2e/bazel/testdata/workspace"))
}

// copyTree copies a file or a folder, but for symbolic links.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() && !d.IsDir() || d.Name() == "MODULE.bazel.lock" {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A workspace is a folder that Bazel builds, and the flags of each build.
type workspace struct {
	*shell
	root  string
	flags []string
	path  string // a folder before those in the PATH
}

// with returns the workspace with further flags.
func (w workspace) with(flags ...string) workspace {
	w.flags = slices.Concat(w.flags, flags)
	return w
}

// thinrex returns the workspace with options for the distributor, which prints a
// summary of each link. It has a disk cache only if the options name one.
func (w workspace) thinrex(options ...string) workspace {
	args := append([]string{"--verbose", "--disk_cache="}, options...)
	return w.with("--@thinrex//rules:args=" + strings.Join(args, ","))
}

// thinrexCache returns the workspace with a folder that the distributor keeps
// results in, which must be writable in the sandbox.
func (w workspace) thinrexCache(dir string) workspace {
	return w.thinrex("--disk_cache=" + dir).with("--sandbox_writable_path=" + dir)
}

// build builds targets that must succeed.
func (w workspace) build(t *testing.T, targets ...string) report {
	t.Helper()
	return parseReport(t, w.bazel(t, "build", targets...))
}

// test builds targets and runs those that are tests; all must pass.
func (w workspace) test(t *testing.T, targets ...string) report {
	t.Helper()
	return parseReport(t, w.with("--test_output=errors").bazel(t, "test", targets...))
}

// refuse analyses targets, which must fail with some words.
func (w workspace) refuse(t *testing.T, words string, targets ...string) {
	t.Helper()
	output, code := w.tryBazel(t, "build", slices.Concat([]string{"--nobuild"}, targets)...)
	if code == 0 || !strings.Contains(output, words) {
		t.Errorf("exit %d, want an error with %q:\n%s", code, words, output)
	}
}

func (w workspace) tryBazel(t *testing.T, command string, args ...string) (output string, code int) {
	t.Helper()
	args = slices.Concat([]string{command, "--noshow_progress", "--color=no"}, w.flags, args)
	if w.path != "" {
		return w.try(t, w.root, "bash", slices.Concat([]string{"-c", `PATH=$0:$PATH exec bazel "$@"`, w.path}, args)...)
	}
	return w.try(t, w.root, "bazel", args...)
}

func (w workspace) bazel(t *testing.T, command string, args ...string) (output string) {
	t.Helper()
	output, code := w.tryBazel(t, command, args...)
	if code != 0 {
		t.Fatalf("bazel %s %s: exit %d\n%s", command, strings.Join(args, " "), code, output)
	}
	return output
}

// relink builds a program of the rules whose output is gone: its link is all
// that Bazel does again.
func (w workspace) relink(t *testing.T, program string) report {
	t.Helper()
	output, err := filepath.EvalSymlinks(filepath.Join(w.root, "bazel-bin", program))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(output); err != nil {
		t.Fatal(err)
	}
	return w.build(t, "//:"+program)
}

// clean forgets what was built.
func (w workspace) clean(t *testing.T) {
	t.Helper()
	w.run(t, w.root, "bazel", "clean")
}

// shutdown ends the workspace's server.
func (w workspace) shutdown(t *testing.T) {
	t.Helper()
	w.run(t, w.root, "bazel", "shutdown")
}

// read returns an output, by its path in bazel-bin.
func (w workspace) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(w.root, "bazel-bin", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// folder makes a folder for the shell's commands.
func (s *shell) folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(s.dir, "folder-")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
