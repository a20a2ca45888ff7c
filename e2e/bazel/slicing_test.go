//go:build e2e_bazel && linux

package bazel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// A link of //:one after addToFold: only the edited module is compiled again, not those
// that import something else of it.
var edited = summary{jobs: 5, hits: 4, local: 1}

// addToFold adds a function that nothing imports to lib/fold.cc, until the test ends.
func (w workspace) addToFold(t *testing.T) {
	t.Helper()
	w.edit(t, "lib/fold.cc", func(text string) string {
		return text + "unsigned FoldTwice(unsigned a, unsigned b) { return Fold(Fold(a, b), b); }\n"
	})
}

// A link finds thinrex-slicer, and the compiler's libLLVM, in its sandbox.
func testSlicing(t *testing.T, w workspace) {
	sandboxes := map[string][]string{"sandbox": nil}
	if w.version != "4" {
		// Here a program doesn't know its own path, and undeclared inputs don't exist.
		sandboxes["hermetic sandbox"] = []string{
			"--experimental_use_hermetic_linux_sandbox",
			"--sandbox_add_mount_pair=/usr", "--sandbox_add_mount_pair=/bin", "--sandbox_add_mount_pair=/etc",
			"--sandbox_add_mount_pair=/lib", "--sandbox_add_mount_pair=/lib64",
		}
	}
	for name, flags := range sandboxes {
		t.Run(name, func(t *testing.T) {
			w, dir := w.with(flags...).with("--compilation_mode=opt"), w.folder(t)
			if flags != nil {
				w = w.with("--sandbox_add_mount_pair=" + dir)
			}
			w = w.thinrex("--disk_cache="+dir, "--summary_file="+filepath.Join(dir, "summary.json"))
			w = w.with("--sandbox_writable_path=" + dir)
			w.build(t, "//:one").expect(t, "one", cold)
			w.addToFold(t)
			r := w.build(t, "//:one")
			r.expect(t, "one", edited)
			r.expectNoWarning(t)
			if sliced, hits := readSliced(t, dir); sliced == 0 || hits != sliced {
				t.Errorf("%d jobs were sliced, %d of them hits", sliced, hits)
			}
			if got := w.run(t, w.root, "bazel-bin/one"); got != onePrints {
				t.Errorf("one prints %q", got)
			}
		})
	}
	t.Run("library out of reach", func(t *testing.T) {
		r := w.with("--compilation_mode=opt").thinrex("--slicing_library=/nonexistent/libLLVM.so").build(t, "//:one")
		r.expect(t, "one", cold)
		r.expectNoWarning(t)
	})
}

// readSliced returns how many jobs of the last link were sliced, and how many of them
// were hits, as the summary in a folder says.
func readSliced(t *testing.T, dir string) (sliced, hits int) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Sliced    int `json:"sliced"`
		SliceHits int `json:"slice_hits"`
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s.Sliced, s.SliceHits
}
