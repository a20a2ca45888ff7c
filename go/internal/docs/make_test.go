package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// make help lists each target, in the Makefile's order, and .PHONY has each.
func TestMakeHelp(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(repository, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	var want []string
	for _, m := range regexp.MustCompile(`(?m)^([a-zA-Z0-9_-]+):(?:[^=]|$)`).FindAllStringSubmatch(text, -1) {
		want = append(want, m[1])
	}
	if len(want) < 10 {
		t.Fatalf("found only %q", want)
	}
	help, err := exec.Command("make", "-C", repository, "--no-print-directory", "help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, help)
	}
	var got []string
	for line := range strings.Lines(string(help)) {
		if fields := strings.Fields(line); len(fields) > 1 {
			got = append(got, fields[0])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("make help (+) against the targets (-): %s", diff)
	}
	_, phony, _ := strings.Cut(strings.ReplaceAll(text, "\\\n", ""), ".PHONY:")
	phony, _, _ = strings.Cut(phony, "\n")
	listed := strings.Fields(phony)
	slices.Sort(want)
	slices.Sort(listed)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf(".PHONY (+) against the targets (-): %s", diff)
	}
}

// With a go that is too old, make says at once where a newer one comes from. Debian 12's
// own go only complains about the syntax of go.mod.
func TestOldGo(t *testing.T) {
	tools := os.Getenv("PATH")
	for version, want := range map[string]string{
		"go1.19.8": "the go in the PATH is go1.19.8", "go1.25.9": "the go in the PATH is go1.25.9", "": "go fails",
		"go1.26.0": "", "go1.30rc1": "",
	} {
		t.Run(version, func(t *testing.T) {
			bin := t.TempDir()
			script := "#!/bin/sh\n[ \"$*\" = 'env GOVERSION' ] && [ '" + version + "' ] && echo '" + version + "'\n"
			if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("make", "-C", repository, "--no-print-directory", "check-go")
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+tools)
			output, err := cmd.CombinedOutput()
			if text := string(output); want == "" && (err != nil || text != "") ||
				want != "" && (err == nil || !strings.Contains(text, want) || !strings.Contains(text, "scripts/fetch-go.sh")) {
				t.Errorf("%v: %s", err, text)
			}
		})
	}
}
