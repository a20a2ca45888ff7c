package starlarkcheck_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/internal/starlarkcheck"
)

const root = "../../.."

// Each Starlark file that is there.
func TestRepository(t *testing.T) {
	r := starlarkcheck.Open(root)
	files, err := r.Files(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := r.Check(file); err != nil {
			t.Errorf("%s:\n%v", file, err)
		}
	}
	for _, folder := range []string{"bazel/", "e2e/", "examples/", "rules/"} {
		if !slices.ContainsFunc(files, func(file string) bool { return strings.HasPrefix(file, folder) }) {
			t.Errorf("no files in %s", folder)
		}
	}
}

func TestCheck(t *testing.T) {
	const lib = `"""doc"""
def _impl(ctx):
    return [DefaultInfo()]

r = rule(implementation = _impl, attrs = dict({"x": attr.label()}, y = attr.string()))
`
	tests := []struct {
		name, file, source string
		want               string // part of the error; "" for none
	}{
		{"rule", "a.bzl", `load(":lib.bzl", "r")` + "\nx = r", ""},
		{"own repository", "a.bzl", `load("@thinrex//:lib.bzl", "r")` + "\nx = r", ""},
		{"other module", "a.bzl", `load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")` + "\nx = [CcInfo]", ""},
		{"toolchains", "a.bzl", `load("@rules_cc//cc:find_cc_toolchain.bzl", "use_cc_toolchain")` +
			"\nx = use_cc_toolchain() + ['//:t']", ""},
		{"provider with init", "a.bzl", "P, _new = provider(init = str)", ""},
		{"bzlmod", "extensions.bzl", "x = module_extension(implementation = str, tag_classes = {'t': tag_class()})", ""},
		{"BUILD", "BUILD.bazel", `load(":lib.bzl", "r")` + "\nr(name = 'x', srcs = glob(['*']) + select({}))", ""},

		{"syntax", "a.bzl", "x = ", "a.bzl:1"},
		{"native provider", "a.bzl", "def f():\n    return CcInfo()", "CcInfo is no global name of Bazel 9: load it"},
		{"native rule", "BUILD.bazel", "cc_library(name = 'x')", "cc_library is no global name of Bazel 9: load it"},
		{"native rule by name", "a.bzl", "def f():\n    native.cc_library(name = 'x')",
			"native.cc_library is not in every Bazel"},
		{"set", "a.bzl", "def f():\n    return set()", "set is not in Bazel 4.2.3"},
		{"symbolic macro", "a.bzl", "m = macro(implementation = str)", "macro is not in Bazel 4.2.3"},
		{"misspelt", "a.bzl", "x = structure()", "structure is no global name"},
		{"attribute type", "a.bzl", "x = attr.strings()", "attr.strings is not"},
		{"rule parameter", "a.bzl", "r = rule(implementation = str, initializer = str)", "rule's parameter initializer"},
		{"no implementation", "a.bzl", "r = rule(attrs = {})", "rule has no implementation"},
		{"not an attribute", "a.bzl", "r = rule(implementation = str, attrs = {'x': 1})", `attribute "x" is a int`},
		{"lambda", "a.bzl", "f = lambda x: x", "a.bzl:1:5: a lambda needs Bazel 5"},
		{"nested def", "a.bzl", "def f():\n    def g():\n        pass\n    return g", "a.bzl:2:5: a def inside a def"},
		{"union", "a.bzl", "def f(x):\n    return x | {1: 2}", "a union of dicts"},
		{"method", "a.bzl", "def f(x):\n    return x.removeprefix('a')", "removeprefix is not in Bazel 4.2.3"},
		{"missing file", "a.bzl", `load(":none.bzl", "x")`, "none.bzl"},
		{"missing symbol", "a.bzl", `load(":lib.bzl", "s")`, "name s not found in module"},
		{"missing symbol of a module", "a.bzl", `load("@rules_cc//cc:cc_binary.bzl", "cc_library")`,
			"name cc_library not found in module"},
		{"missing symbol in BUILD", "BUILD.bazel", `load(":lib.bzl", "s")`, ":lib.bzl has no s"},
		{"unknown module", "a.bzl", `load("@rules_shell//shell:sh_test.bzl", "sh_test")`, "is not known"},
		{"cycle", "a.bzl", `load(":a.bzl", "x")`, "loads itself"},
		{"fails when run", "a.bzl", "x = {}['k']", `key "k" not in dict`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "lib.bzl", lib)
			write(t, dir, tt.file, tt.source)
			err := starlarkcheck.Open(dir).Check(tt.file)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Check: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Check = %v, want %q", err, tt.want)
			}
		})
	}
}

// What only bzlmod loads may use what Bazel 4.2.3 doesn't have.
func TestCheckModule(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "one/MODULE.bazel", "")
	write(t, dir, "one/x.bzl", "x = module_extension(implementation = str)")
	if err := starlarkcheck.Open(dir).Check("one/x.bzl"); err != nil {
		t.Error(err)
	}
	write(t, dir, "one/WORKSPACE", "")
	err := starlarkcheck.Open(dir).Check("one/x.bzl")
	if err == nil || !strings.Contains(err.Error(), "module_extension is not in Bazel 4.2.3") {
		t.Errorf("with a WORKSPACE: %v", err)
	}
}

// An example's labels are its own, whatever folder it is in.
func TestCheckInWorkspace(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "examples/one/MODULE.bazel", "")
	write(t, dir, "examples/one/lib/x.bzl", "x = 1")
	write(t, dir, "examples/one/BUILD.bazel", `load("//lib:x.bzl", "x")`)
	if err := starlarkcheck.Open(dir).Check("examples/one/BUILD.bazel"); err != nil {
		t.Error(err)
	}
}

func TestFiles(t *testing.T) {
	if _, err := starlarkcheck.Open(t.TempDir()).Files("rules"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Files of no folder: %v", err)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
