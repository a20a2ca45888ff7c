package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The page in docs is what the doc strings say.
func TestPageIsCurrent(t *testing.T) {
	const root = "../../.."
	want, err := render(root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, output))
	if err != nil {
		t.Fatalf("%v: run make docs", err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s isn't what the doc strings say: run make docs (-page +doc strings)\n%s", output, diff)
	}
}

const (
	rules = `"""Rules."""

load("//rules/private:info.bzl", _Info = "Info")

Info = _Info
NAMES = ("a", ["b"])

def _impl(ctx):
    return [Info()]

thing = rule(
    implementation = _impl,
    doc = """Makes a thing.

    In two parts.
    """,
    attrs = dict(
        {"srcs": attr.label_list(doc = "Its a|b\n files.", mandatory = True)},
        mode = attr.string(default = "fast", doc = "How."),
        _hidden = attr.label(),
    ),
)

def things(name, count = 2, **kwargs):
    """Makes some.

    Args:
      name: prefix of
        their names.
      count: how many.
      **kwargs: of thing.

    Returns:
      Their names.
    """
    return [name]
`
	info = `"""Private."""
Info = provider(doc = "Says.", fields = {"b": "Second.", "a": "First."})
`
	again = `"""The same once more, and an extension."""

load("//rules:defs.bzl", _thing = "thing")

thing = _thing

ext = module_extension(
    implementation = str,
    doc = "Extends.",
    tag_classes = {"tag": tag_class(attrs = {"path": attr.string(doc = "Where.")}, doc = "Tags.")},
)
`
	wantPage = header + `
## @thinrex//rules:defs.bzl

Rules.

### Info

Provider. Says.

| field | meaning |
| --- | --- |
| ` + "`a`" + ` | First. |
| ` + "`b`" + ` | Second. |

### thing

Rule. Makes a thing.

In two parts.

| attribute | type | default | meaning |
| --- | --- | --- | --- |
| ` + "`name`" + ` | name | required | Name of the target. |
| ` + "`mode`" + ` | string | ` + "`\"fast\"`" + ` | How. |
| ` + "`srcs`" + ` | label_list | required | Its a\|b files. |

### things

` + "`things(name, count = 2, **kwargs)`" + `

Makes some.

| parameter | meaning |
| --- | --- |
| ` + "`name`" + ` | prefix of their names. |
| ` + "`count`" + ` | how many. |
| ` + "`**kwargs`" + ` | of thing. |

Returns: Their names.

## @thinrex//bazel:extensions.bzl

The same once more, and an extension.

### ext

Module extension. Extends.

#### ext.tag

Tags.

| attribute | type | default | meaning |
| --- | --- | --- | --- |
| ` + "`path`" + ` | string | ` + "`\"\"`" + ` | Where. |
`
)

func TestRender(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "rules/defs.bzl", rules)
	write(t, dir, "rules/private/info.bzl", info)
	write(t, dir, "bazel/extensions.bzl", again)
	got, err := render(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantPage, string(got)); diff != "" {
		t.Error("-want +got\n" + diff)
	}
}

func TestRenderRefuses(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"file without doc", "x = 1", "it has no doc string"},
		{"rule without doc", "\"\"\"Doc.\"\"\"\nr = rule(implementation = str)", "r: it has no doc"},
		{"function without doc", "\"\"\"Doc.\"\"\"\ndef f():\n    pass", "f: it has no doc string"},
		{"unknown name", "\"\"\"Doc.\"\"\"\nx = CcInfo", "CcInfo is no global name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "rules/defs.bzl", tt.source)
			write(t, dir, "bazel/x.bzl", `"""Nothing."""`)
			if _, err := render(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("render: %v, want %q", err, tt.want)
			}
		})
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
