//go:build e2e_bazel && linux

package bazel

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/e2e/internal/stage"
)

// unsandboxed is what the docs give to links, so that they reach their cache.
const unsandboxed = "--strategy=CppLink=local"

// outside makes a folder that sandboxes see as it is, but read-only: those below /tmp have
// another /tmp in Bazel 7.
func (w workspace) outside(t *testing.T) string {
	t.Helper()
	dir := strings.TrimSpace(w.run(t, w.root, "bash", "-c", `mktemp -d "$HOME/.thinrex-e2e.XXXXXX"`))
	t.Cleanup(func() { w.run(t, w.root, "rm", "-rf", dir) })
	return dir
}

// A link in a sandbox that can't write its cache says what to do. Outside of the sandbox
// the same cache needs no further flag and no folder, wherever it is.
func testSandbox(t *testing.T, w workspace) {
	dir := w.outside(t)
	tmp := strings.TrimSpace(w.run(t, w.root, "mktemp", "-d", "/tmp/thinrex-e2e.XXXXXX"))
	t.Cleanup(func() { w.run(t, w.root, "rm", "-rf", tmp) })
	for name, tt := range map[string]struct{ cache, warning string }{
		"missing":   {filepath.Join(dir, "missing/cache"), "can't use the cache, going on without: mkdir "},
		"read-only": {dir, "can't write to the cache, going on without: "},
		"in /tmp":   {filepath.Join(tmp, "cache"), ""}, // Bazel 7's sandbox says nothing
	} {
		t.Run(name, func(t *testing.T) {
			w := w.thinrex("--disk_cache=" + tt.cache)
			w.clean(t)
			if tt.warning != "" {
				r := w.build(t, "//:one")
				r.expect(t, "one", cold)
				r.expectWarning(t, tt.warning)
				for _, hint := range []string{unsandboxed, "--sandbox_writable_path=" + tt.cache, "disk_cache"} {
					if !strings.Contains(r.output, hint) {
						t.Errorf("the warning doesn't name %s:\n%s", hint, r.output)
					}
				}
				w.clean(t)
			}
			w = w.with(unsandboxed, "--spawn_strategy=sandboxed")
			first := w.build(t, "//:one")
			first.expect(t, "one", cold)
			second := w.relink(t, "one")
			second.expect(t, "one", warm)
			first.expectNoWarning(t)
			second.expectNoWarning(t)
		})
	}
}

// Bazel runs nothing in a sandbox if a folder for --sandbox_writable_path isn't there.
func testWritablePath(t *testing.T, w workspace) {
	absent := filepath.Join(w.outside(t), "absent")
	w.clean(t)
	output, code := w.thinrex().with("--sandbox_writable_path="+absent).tryBazel(t, "build", "//:one")
	if code == 0 || !strings.Contains(output, absent+" (No such file or directory)") {
		t.Errorf("exit %d:\n%s", code, output)
	}
	w.thinrexCache(filepath.Join(absent, "cache")).with(unsandboxed, "--spawn_strategy=local").build(t, "//:one")
}

// In the extension's tags, the paths of configuration files may be relative to the
// workspace, where a team keeps its .bazelrc.
func testFilesInWorkspace(t *testing.T, w workspace) {
	addr := "grpc://" + site.StartWorker(t, stage.WorkerOptions{})
	write(t, filepath.Join(w.root, "team.bazelrc"),
		"build:ci --remote_cache="+addr+" --remote_upload_local_results\n", 0o600)
	write(t, filepath.Join(w.root, "team.toml"), "jobs = 1\n", 0o600)
	w.provision(t, "local", fmt.Sprintf("path = %q, bazelrc = %q, config = %q",
		site.Thinrex(t), "team.bazelrc:ci", "team.toml"))
	w = w.thinrex()
	first := w.build(t, "//:one")
	first.expect(t, "one", cold)
	second := w.relink(t, "one")
	second.expect(t, "one", warm)
	first.expectNoWarning(t)
	second.expectNoWarning(t)
}

// The feature of a toolchain that lacks it does nothing, and only this target says so.
func testFeatureMissing(t *testing.T, w workspace) {
	w.with("--features=dtlto").refuse(t, "the cc toolchain doesn't have it", "@thinrex//rules:feature_is_on")
	w.refuse(t, "build with --features=dtlto", "@thinrex//rules:feature_is_on")
}
