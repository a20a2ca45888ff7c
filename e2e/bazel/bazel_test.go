//go:build e2e_bazel && linux

package bazel

import (
	"path/filepath"
	"testing"
)

// The programs of testdata/workspace have five modules each, four of them the
// library's.
var (
	cold   = summary{jobs: 5, local: 5}
	warm   = summary{jobs: 5, hits: 5}
	shared = summary{jobs: 5, hits: 4, local: 1}
)

const (
	onePrints = "6602\n"
	cutOff    = "--sandbox_default_allow_network=false"
)

// Each Bazel has one server for testdata/workspace, and one for each example.
func TestBazel(t *testing.T) {
	tests := []struct {
		name string
		run  func(t *testing.T, w workspace)
	}{
		{"clean", testClean},
		{"plain build", testPlainBuild},
		{"relative compiler", testRelativeCompiler},
		{"plugin", testPlugin},
		{"inherited", testInherited},
		{"secrets", testSecrets},
		{"network", testNetwork},
		{"no network", testNoNetwork},
		{"remote", testRemote},
		{"one cache", testOneCache},
		{"slicing", testSlicing},
		{"source", testSource},
		{"local", testLocal},
		{"lld", testLLD},
		{"release", testRelease},
		{"credentials", testCredentials},
		{"sandbox", testSandbox},
		{"writable path", testWritablePath},
		{"files in the workspace", testFilesInWorkspace},
		{"feature missing", testFeatureMissing},
	}
	for _, version := range bazels {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			shell := startShell(t, version)
			copied := shell.folder(t)
			copyRepository(t, copied)
			w := workspace{shell: shell, root: filepath.Join(copied, "e2e/bazel/testdata/workspace")}
			if version == "4" {
				w = w.with("--experimental_allow_tags_propagation") // the default since 7
			}
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) { tt.run(t, w) })
			}
			if version != "4" { // has no modules
				t.Run("temporary cache", func(t *testing.T) { testTemporaryCache(t, w) })
				t.Run("tags", func(t *testing.T) { testTags(t, w) })
			}
			w.shutdown(t)
			t.Run("sources", func(t *testing.T) { testSources(t, w, copied) })
			t.Run("examples", func(t *testing.T) { testExamples(t, w, copied) })
			if version != "4" {
				t.Run("newcomer", func(t *testing.T) { testNewcomer(t, w, copied) })
				t.Run("thin_lto", func(t *testing.T) { testThinLTO(t, w) })
			}
		})
	}
}

// A second build from nothing compiles nothing and gives the same program; a
// second program has the library's modules already.
func testClean(t *testing.T, w workspace) {
	w = w.thinrexCache(w.folder(t)).with(cutOff)
	w.build(t, "//:one").expect(t, "one", cold)
	program := w.read(t, "one")
	w.build(t, "//:two").expect(t, "two", shared)

	w.clean(t)
	r := w.build(t, "//:one", "//:two")
	r.expect(t, "one", warm)
	r.expect(t, "two", warm)
	r.expectNoWarning(t)
	if w.read(t, "one") != program {
		t.Error("the second link gave another program")
	}
	if got := w.run(t, w.root, "bazel-bin/one"); got != onePrints {
		t.Errorf("one prints %q", got)
	}
}

// What is a secret as a rule must not be in action keys; rules/tests has the rest.
func testSecrets(t *testing.T, w workspace) {
	for _, option := range []string{"remote_cache_header", "remote_exec_header"} {
		w.thinrex("--"+option+"=x-api-key=hush").refuse(t, "--"+option+" would stand in action keys", "//:one")
	}
}
