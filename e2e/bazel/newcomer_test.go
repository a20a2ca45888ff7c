//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README's snippet, as it stands there, gives a DTLTO link whose results are
// kept in the home folder. Bazel 7's root has one of its own; with the user's own
// Bazel it would be the user's, and so the test gives another folder. Bazel 4
// doesn't know MODULE.bazel.
func testNewcomer(t *testing.T, w workspace, thinrex string) {
	w = workspace{shell: w.shell, root: w.folder(t)}
	module, build, commands := snippet(t, thinrex)
	cache := "~/.cache/thinrex"
	if w.version == "own" {
		cache = filepath.Join(w.folder(t), "cache")
		commands = strings.ReplaceAll(commands, "args=--verbose", "args=--verbose,--disk_cache="+cache)
	}
	for name, text := range map[string]string{
		"MODULE.bazel": module, "BUILD.bazel": build,
		"main.cc":  "#include <iostream>\nint Answer();\nint main() { std::cout << Answer() << \"\\n\"; }\n",
		"other.cc": "int Answer() { return 42; }\n",
	} {
		write(t, filepath.Join(w.root, name), text, 0o644)
	}
	paste := func(variables ...string) report {
		env := append([]string{"-u", "CC", "-u", "XDG_CACHE_HOME"}, variables...)
		return parseReport(t, w.run(t, w.root, "env", append(env, "bash", "-euc", commands)...))
	}
	w.run(t, w.root, "bash", "-c", "[[ ! -e "+cache+" ]]")
	r := paste()
	r.expect(t, "app", summary{jobs: 2, local: 2})
	r.expectNoWarning(t)
	if got := w.run(t, w.root, "bazel-bin/app"); got != "42\n" {
		t.Errorf("app prints %q", got)
	}
	w.clean(t)
	r = paste()
	r.expect(t, "app", summary{jobs: 2, hits: 2})
	w.run(t, w.root, "bash", "-c", "[[ -d "+cache+"/cas && -d "+cache+"/ac ]]")
	// The folder of the user database counts, whatever HOME says.
	w.clean(t)
	r = paste("HOME=" + w.folder(t))
	r.expect(t, "app", summary{jobs: 2, hits: 2})
	r.expectNoWarning(t)
	w.shutdown(t)
}

// snippet returns what the README has for newcomers to Bazel: two files, the
// first with the path of thinrex filled in, and commands.
func snippet(t *testing.T, thinrex string) (module, build, commands string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```python\n# MODULE.bazel\n")
	module, rest, _ = strings.Cut(rest, "```\n")
	_, rest, _ = strings.Cut(rest, "```python\n# BUILD.bazel\n")
	build, rest, _ = strings.Cut(rest, "```\n")
	_, rest, _ = strings.Cut(rest, "```sh\n")
	commands, _, found := strings.Cut(rest, "```\n")
	const placeholder = `"/path/to/thinrex"`
	if !found || !strings.Contains(module, placeholder) || !strings.Contains(commands, "bazel build") {
		t.Fatalf("the README has no snippet for Bazel as this test knows it:\n%s\n%s\n%s", module, build, commands)
	}
	return strings.ReplaceAll(module, placeholder, `"`+thinrex+`"`), build, commands
}
