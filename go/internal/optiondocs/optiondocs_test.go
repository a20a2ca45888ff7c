package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/option"
)

const root = "../../.."

func TestGeneratedPartsAreCurrent(t *testing.T) {
	if err := run(root, true); err != nil {
		t.Error(err)
	}
}

// copyParts copies the files with generated parts to a folder of the test.
func copyParts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range parts {
		data, err := os.ReadFile(filepath.Join(root, part.file))
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(dir, part.file)
		if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A part that somebody edited by hand is stale until it is generated again.
func TestCheckFindsAnEdit(t *testing.T) {
	for _, part := range parts {
		t.Run(part.file, func(t *testing.T) {
			dir := copyParts(t)
			path := filepath.Join(dir, part.file)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			edited := strings.Replace(string(data), part.begin+"\n", part.begin+"\nby hand\n", 1)
			if err := os.WriteFile(path, []byte(edited), 0o644); err != nil {
				t.Fatal(err)
			}
			err = run(dir, true)
			if err == nil || !strings.Contains(err.Error(), part.file) || !strings.Contains(err.Error(), "by hand") {
				t.Errorf("the check says %v", err)
			}
			if err := run(dir, false); err != nil {
				t.Fatal(err)
			}
			if again, err := os.ReadFile(path); err != nil || string(again) != string(data) {
				t.Errorf("%v, and it is generated with a difference", err)
			}
		})
	}
}

// Lost marks are an error: nothing is written beside them.
func TestMarksAreMissing(t *testing.T) {
	for _, part := range parts {
		for _, text := range []string{
			"", part.begin + "\n", part.end + "\n",
			strings.Repeat(part.begin+"\n"+part.end+"\n", 2),
		} {
			if _, err := part.replace(text, nil); err == nil {
				t.Errorf("%s: no error for %q", part.file, text)
			}
		}
	}
}

// A new row is enough for a new option to be documented, and offered by the Bazel
// rules as it is annotated.
func TestNewRow(t *testing.T) {
	rows := new(settings.Settings).Rows()
	rows = append(rows,
		option.Row{
			Name:           "new_folder",
			SecondNames:    []string{"old_folder"},
			Value:          option.Text(new(string), "/here"),
			Group:          option.Output,
			Usage:          "a `folder` | that is new",
			Path:           option.WholePath,
			BazelAttribute: "Path of the new folder, " + strings.Repeat("which has a long text, ", 10) + "and that is all.",
			FromBazelRC:    true,
		},
		option.Row{Name: "new_secret", Value: option.Texts(new([]string)), Group: option.Authentication, Secret: true},
		option.Row{Name: "new_service", Value: option.Text(new(string), ""), Group: option.Remote, Address: true},
	)
	rendered := map[string]string{}
	for _, part := range parts {
		data, err := os.ReadFile(filepath.Join(root, part.file))
		if err != nil {
			t.Fatal(err)
		}
		if rendered[part.file], err = part.replace(string(data), rows); err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(part.render(rows), "\n") {
			if len(line) > columns && strings.HasSuffix(part.file, ".bzl") {
				t.Errorf("%s: line %d has %d columns", part.file, i, len(line))
			}
		}
	}
	for file, wants := range map[string][]string{
		"docs/options.md": {"| `--new_folder=folder`, `--old_folder=folder` ᴮ | `/here` | a folder \\| that is new |\n"},
		"rules/private/options.bzl": {
			"    \"new_folder\": \"Path of the new folder, which",
			"_PATHS = [\n    \"bazelrc\",\n    \"config\",\n    \"disk_cache\",\n    \"new_folder\",\n]\n",
			"    \"new_secret\",\n", "    \"new_service\",\n",
		},
	} {
		for _, want := range wants {
			if !strings.Contains(rendered[file], want) {
				t.Errorf("%s lacks %q:\n%s", file, want, rendered[file])
			}
		}
	}
}
