//go:build e2e_bazel && linux

package bazel

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bazel.sh explains that root in a plain container may not make namespaces.
func TestNoNamespaces(t *testing.T) {
	if !slices.Contains(bazels, "7") {
		return // no other needs them
	}
	cmd := exec.Command("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", repository+"/scripts/bazel.sh",
		"7", "version")
	cmd.Env = append(os.Environ(), "TMPDIR="+site.Scratch)
	output, err := cmd.CombinedOutput()
	expectExit(t, output, err, 3, "which this root may not make", "--privileged", "bazel.sh own")
}

// If apt can't use a mirror, the message has apt's own reason.
func TestMirrorWithoutRelease(t *testing.T) {
	if !slices.Contains(bazels, "7") {
		return
	}
	mirror := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(mirror.Close)
	const script = `set -euo pipefail
		repo=$1 here=$1/scripts
		stop() { printf '%s\n' "${@:2}" >&2; exit "$1"; }
		source "$here/lib/bazel-root.sh"
		again() { "$@"; } # a mirror that has nothing needs no second try
		make_root`
	cmd := exec.Command("bash", "-c", script, "bash", repository)
	cmd.Env = append(os.Environ(), "THINREX_BAZEL_MIRROR="+mirror.URL, "THINREX_BAZEL_ROOT="+t.TempDir()+"/root")
	output, err := cmd.CombinedOutput()
	expectExit(t, output, err, 3, "404", mirror.URL+" forky Release' does not have a Release file", "THINREX_BAZEL_MIRROR")
}

// What a new root has is compared with what the tests are for.
func TestRootVersions(t *testing.T) {
	if !slices.Contains(bazels, "7") {
		return
	}
	tested, err := os.ReadFile(repository + "/.bazelversion")
	if err != nil {
		t.Fatal(err)
	}
	right := strings.TrimSpace(string(tested))
	major, _, _ := strings.Cut(right, ".")
	tests := []struct {
		name, bazel string
		code        int
		words       []string
	}{
		{"right", right, 0, []string{"Bazel " + right + " and clang 22.1.8\n"}},
		{"another", major + ".99.0", 0, []string{
			"Bazel " + major + ".99.0 and clang",
			"warning: the docs speak of Bazel " + right,
		}},
		{"another major", "99.1.0", 3, []string{
			"forky has Bazel 99.1.0 now, and this is for " + right,
			"THINREX_BAZEL_MIRROR",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			status := ""
			for name, version := range map[string]string{"bazel-bootstrap": tt.bazel + "+ds-8", "clang-22": "1:22.1.8-1+b2"} {
				status += "Package: " + name + "\nStatus: install ok installed\nMaintainer: Nobody " +
					"<nobody@example.com>\nArchitecture: amd64\nVersion: " +
					version + "\nDescription: none\n\n"
			}
			if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg"), 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(root, "var/lib/dpkg/status"), status, 0o644)
			const script = `set -euo pipefail
				repo=$1
				stop() { echo "${@:2}"; exit "$1"; }
				source "$1/scripts/lib/bazel-root.sh"
				check_root "$2"`
			output, err := exec.Command("bash", "-c", script, "bash", repository, root).CombinedOutput()
			expectExit(t, output, err, tt.code, tt.words...)
			if warned := strings.Contains(string(output), "warning"); warned != (tt.name == "another") {
				t.Errorf("a warning: %v", warned)
			}
		})
	}
}

func expectExit(t *testing.T, output []byte, err error, code int, words ...string) {
	t.Helper()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != code {
		t.Errorf("exit %d, want %d", got, code)
	}
	for _, word := range words {
		if !strings.Contains(string(output), word) {
			t.Errorf("no %q in\n%s", word, output)
		}
	}
}
