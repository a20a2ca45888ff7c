//go:build e2e_bazel && linux

package bazel

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// provision returns a copy of the workspace that has another way to the
// distributor: an extension's tag, which is a macro in WORKSPACE mode, by the
// same name and with the same attributes.
func (w workspace) provision(t *testing.T, tag, attributes string) workspace {
	t.Helper()
	// As deep in the copied repository as the first.
	dir, err := os.MkdirTemp(filepath.Dir(w.root), tag+"-")
	if err != nil {
		t.Fatal(err)
	}
	copyTree(t, "testdata/workspace", dir)
	appendTo(t, filepath.Join(dir, "MODULE.bazel"), fmt.Sprintf(`
thinrex = use_extension("@thinrex//bazel:extensions.bzl", "thinrex")
thinrex.%s(%s)
`, tag, attributes))
	file := filepath.Join(dir, "WORKSPACE")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(text), "thinrex_source()", "thinrex_"+tag+"("+attributes+")")
	changed = strings.ReplaceAll(changed, "thinrex_source", "thinrex_"+tag)
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	w.root = dir
	t.Cleanup(func() { w.try(t, dir, "bazel", "shutdown") })
	return w
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func testLocal(t *testing.T, w workspace) {
	program := built(t, thinrexProgram)
	l := w.provision(t, "local", fmt.Sprintf("path = %q", program)).thinrexCache(w.folder(t))
	expect(t, l.build(t, "//:one"), "one", cold)

	missing := w.provision(t, "local", fmt.Sprintf("path = %q", program+"-not"))
	output, code := missing.try(t, missing.root, "bazel", "build", "//:one")
	if code == 0 || !strings.Contains(output, "there is no thinrex "+program+"-not") {
		t.Errorf("without thinrex: exit %d:\n%s", code, output)
	}
}

// A release comes from a file server, and must be what its checksum says.
func testRelease(t *testing.T, w workspace) {
	program, err := os.ReadFile(built(t, thinrexProgram))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1.2.3/thinrex-linux_x86_64", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(program) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	sum := sha256.Sum256(program)
	release := func(sum []byte) workspace {
		return w.provision(t, "release", fmt.Sprintf(`version = "1.2.3", url = "%s/v{version}/thinrex-{platform}{exe}", sha256s = {"linux_x86_64": "%s"}`,
			server.URL, hex.EncodeToString(sum))).thinrexCache(w.folder(t))
	}
	expect(t, release(sum[:]).build(t, "//:one"), "one", cold)

	sum[0]++
	other := release(sum[:])
	output, code := other.try(t, other.root, "bazel", "build", "//:one")
	if code == 0 || !strings.Contains(output, "Checksum was") {
		t.Errorf("with another checksum: exit %d:\n%s", code, output)
	}
}
