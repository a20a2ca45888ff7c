//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// With the script of docs/bazel.md as compiler, Bazel's own ThinLTO takes the backends of a
// library from the cache for a second program, and all of them after bazel clean.
func testThinLTO(t *testing.T, w workspace) {
	w = workspace{shell: w.shell, root: w.folder(t)}
	commands := thinLTOSnippet(t)
	bin, cache := w.folder(t), filepath.Join(w.folder(t), "cache")
	commands = strings.NewReplacer("~/bin", bin, "$HOME/bin", bin, "~/.bazelrc", ".bazelrc",
		"/usr/local/bin/thinrex cc", site.Thinrex(t)+" cc --verbose --disk_cache="+cache,
		"bazel build", "bazel build --noshow_progress --color=no").Replace(commands)
	for name, text := range map[string]string{
		"MODULE.bazel": "bazel_dep(name = \"rules_cc\", version = \"0.0.11\")\n",
		"BUILD.bazel": `load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
cc_library(name = "library", srcs = ["sum.cc", "twice.cc"])
cc_binary(name = "app", srcs = ["app.cc"], deps = [":library"])
cc_binary(name = "other", srcs = ["other.cc"], deps = [":library"])
`,
		"sum.cc":   "int twice(int); int sum(int n) { int s = 0; for (int i = 0; i < n; i++) s += twice(i); return s; }\n",
		"twice.cc": "int twice(int x) { return 2 * x; }\n",
		"app.cc":   "int sum(int); int main(int argc, char **) { return sum(argc + 3); }\n",
		"other.cc": "int sum(int); int main(int argc, char **) { return sum(argc + 4) + 1; }\n",
	} {
		write(t, filepath.Join(w.root, name), text, 0o644)
	}
	build := func(targets string) (backends map[string]string) {
		t.Helper()
		script := strings.Replace(commands, "//:app //:other", targets, 1)
		return backendsIn(w.run(t, w.root, "env", "-u", "CC", "bash", "-euc", "rm -f .bazelrc\n"+script))
	}
	expect := func(got map[string]string, want ...string) {
		t.Helper()
		if len(got) != len(want)/2 {
			t.Errorf("backends %v, want %v", got, want)
		}
		for i := 0; i < len(want); i += 2 {
			if got[want[i]] != want[i+1] {
				t.Errorf("%s: %q, want %q", want[i], got[want[i]], want[i+1])
			}
		}
	}
	expect(build("//:app"),
		"app.lto app/app.o", "compiled", "app.lto library/sum.o", "compiled", "app.lto library/twice.o", "compiled")
	expect(build("//:other"),
		"other.lto other/other.o", "compiled", "other.lto library/sum.o", "hit", "other.lto library/twice.o", "hit")
	w.clean(t)
	expect(build("//:app //:other"),
		"app.lto app/app.o", "hit", "app.lto library/sum.o", "hit", "app.lto library/twice.o", "hit",
		"other.lto other/other.o", "hit", "other.lto library/sum.o", "hit", "other.lto library/twice.o", "hit")
	if _, code := w.try(t, w.root, "bazel-bin/app"); code != 12 {
		t.Errorf("app exits with %d, want 12", code)
	}
	w.shutdown(t)
}

// thinLTOSnippet returns the commands of docs/bazel.md.
func thinLTOSnippet(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "docs/bazel.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n### Hits for native thin_lto\n")
	_, rest, _ = strings.Cut(rest, "```sh\n")
	commands, _, _ := strings.Cut(rest, "```\n")
	for _, words := range []string{
		"/usr/local/bin/thinrex cc -- ", "~/bin", "~/.bazelrc", "bazel build", "//:app //:other",
	} {
		if !strings.Contains(commands, words) {
			t.Fatalf("docs/bazel.md has no commands for thin_lto as this test knows them:\n%s", commands)
		}
	}
	return commands
}

var (
	backendAction = regexp.MustCompile(`^INFO: From LTO Backend Compile \S*/bin/(\S+\.lto)/\S*/_objs/(\S+):$`)
	backendLine   = regexp.MustCompile(`^thinrex: \S+\.o: (.*)$`)
)

// backendsIn returns what thinrex says in a build's output of each backend, by the program's
// folder and the object.
func backendsIn(output string) map[string]string {
	backends := map[string]string{}
	name := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "INFO: From ") {
			name = ""
		}
		if m := backendAction.FindStringSubmatch(line); m != nil {
			name = m[1] + " " + m[2]
		} else if m := backendLine.FindStringSubmatch(line); m != nil && name != "" {
			backends[name] = m[1]
		}
	}
	return backends
}
