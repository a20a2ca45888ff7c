//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A compiler with a relative path, as a toolchain in the workspace or in another
// repository has it, gives a link whose jobs are hits when it is done again, and after
// an edit if they don't import what has changed.
func testRelativeCompiler(t *testing.T, w workspace) {
	bin := filepath.Join(w.root, "relative/bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(bin); err != nil {
			t.Error(err)
		}
	})
	if err := os.Symlink("/usr/lib/llvm-22/bin/clang", filepath.Join(bin, "clang")); err != nil {
		t.Fatal(err)
	}
	w = w.thinrexCache(w.folder(t)).with("--extra_toolchains=//relative:linux_x86_64", cutOff)
	first := w.build(t, "//:one")
	first.expect(t, "one", cold)
	second := w.relink(t, "one")
	second.expect(t, "one", warm)
	w.addToFold(t)
	third := w.build(t, "//:one")
	third.expect(t, "one", edited)
	for _, r := range []report{first, second, third} {
		r.expectNoWarning(t)
	}
	if got := w.run(t, w.root, "bazel-bin/one"); got != onePrints {
		t.Errorf("one prints %q", got)
	}
}

// Below /tmp, of which each sandbox has its own, a cache needs one flag more.
func testTemporaryCache(t *testing.T, w workspace) {
	cache := strings.TrimSpace(w.run(t, w.root, "mktemp", "-d", "/tmp/thinrex-e2e.XXXXXX"))
	t.Cleanup(func() { w.run(t, w.root, "rm", "-rf", cache) })
	w = w.thinrexCache(cache).with("--sandbox_add_mount_pair=" + cache)
	w.build(t, "//:one").expect(t, "one", cold)
	r := w.relink(t, "one")
	r.expect(t, "one", warm)
	r.expectNoWarning(t)
}

// What is linked otherwise below a program of the rules is bitcode, too. It needs
// lld, which isn't the linker of Bazel 4's own toolchain.
func testPlugin(t *testing.T, w workspace) {
	w = w.thinrexCache(w.folder(t))
	if w.version == "4" {
		w = w.with("--linkopt=-fuse-ld=lld-22")
	}
	w.build(t, "//:plugged").expect(t, "plugged", cold)
}

// A test has variables of the client's environment, if this Bazel knows how.
func testInherited(t *testing.T, w workspace) {
	if w.version == "4" {
		w.refuse(t, "env_inherit needs Bazel 6 or later", "//:inherits")
		return
	}
	w = w.thinrexCache(w.folder(t))
	w.run(t, w.root, "env", append([]string{"E2E_INHERITED=yes", "bazel", "test", "--noshow_progress", "//:inherits"},
		w.flags...)...)
}
