//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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
}

// with returns the workspace with further flags.
func (w workspace) with(flags ...string) workspace {
	w.flags = append(append([]string(nil), w.flags...), flags...)
	return w
}

// thinrex returns the workspace with options for the distributor, which says
// what it has done. Without a disk cache among them it has none.
func (w workspace) thinrex(options ...string) workspace {
	return w.with("--@thinrex//rules:args=" + strings.Join(append([]string{"--verbose", "--disk_cache="}, options...), ","))
}

// thinrexCache returns the workspace with a folder that the distributor keeps
// results in, which must be writable in the sandbox.
func (w workspace) thinrexCache(dir string) workspace {
	return w.thinrex("--disk_cache=" + dir).with("--sandbox_writable_path=" + dir)
}

// A summary is what thinrex says of a link.
type summary struct{ jobs, hits, local, remote, failed int }

// A report is what Bazel and the distributor say of a build.
type report struct {
	output string
	links  map[string]summary // by the program's path
}

var (
	linking  = regexp.MustCompile(`From Linking (\S+?)( \[for tool\])?:`)
	thinrexs = regexp.MustCompile(`thinrex: (\d+) jobs?: (\d+) hits?, (\d+) local, (\d+) remote, (\d+) failed`)
)

// build builds targets that must succeed.
func (w workspace) build(t *testing.T, targets ...string) report {
	t.Helper()
	args := append([]string{"build", "--noshow_progress", "--color=no"}, w.flags...)
	output := w.run(t, w.root, "bazel", append(args, targets...)...)
	r := report{output: output, links: make(map[string]summary)}
	program := ""
	for line := range strings.Lines(output) {
		if m := linking.FindStringSubmatch(line); m != nil {
			program = filepath.Base(m[1])
		}
		if s, ok := parseSummary(line); ok {
			r.links[program] = s
		}
	}
	return r
}

func parseSummary(text string) (summary, bool) {
	m := thinrexs.FindStringSubmatch(text)
	if m == nil {
		return summary{}, false
	}
	var numbers [5]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(m[i+1])
	}
	return summary{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]}, true
}

var processes = regexp.MustCompile(`(?m)^INFO: \d+ process(?:es)?: (.*)\.$`)

// processes returns how many of a build's actions ran in some way, in Bazel's
// words: "linux-sandbox", "remote", "disk cache hit" …
func (r report) processes(t *testing.T, way string) int {
	t.Helper()
	m := processes.FindStringSubmatch(r.output)
	if m == nil {
		t.Fatalf("Bazel doesn't say what it ran:\n%s", r.output)
	}
	for _, part := range strings.Split(m[1], ", ") {
		if count, ok := strings.CutSuffix(part, " "+way); ok {
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}

// clean forgets what was built.
func (w workspace) clean(t *testing.T) {
	t.Helper()
	w.run(t, w.root, "bazel", "clean")
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
