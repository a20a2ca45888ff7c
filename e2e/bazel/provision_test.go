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
	"regexp"
	"strings"
	"testing"
)

// provision gives the workspace another way to the distributor for a test: an
// extension's tag, which is a macro in WORKSPACE mode, by the same name and with
// the same attributes.
func (w workspace) provision(t *testing.T, tag, attributes string) {
	t.Helper()
	w.edit(t, "MODULE.bazel", func(text string) string {
		return fmt.Sprintf("%s\nthinrex = use_extension(\"@thinrex//bazel:extensions.bzl\", \"thinrex\")\nthinrex.%s(%s)\n",
			text, tag, attributes)
	})
	w.edit(t, "WORKSPACE", func(text string) string {
		text = strings.ReplaceAll(text, "thinrex_source()", "thinrex_source("+attributes+")")
		return strings.ReplaceAll(text, "thinrex_source", "thinrex_"+tag)
	})
}

// edit changes a file of the workspace until the test ends.
func (w workspace) edit(t *testing.T, name string, change func(string) string) {
	t.Helper()
	file := filepath.Join(w.root, name)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, change(string(text)), 0o644)
	t.Cleanup(func() {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Error(err)
		}
	})
}

func testLocal(t *testing.T, w workspace) {
	program := site.Thinrex(t)
	t.Run("path", func(t *testing.T) {
		w := w.thinrexCache(w.folder(t))
		w.provision(t, "local", fmt.Sprintf("path = %q", program))
		w.build(t, "//:one").expect(t, "one", cold)
		w.expectSlicer(t, true)
	})
	t.Run("without slicer", func(t *testing.T) {
		w := w.thinrexCache(w.folder(t))
		alone := filepath.Join(w.folder(t), "thinrex")
		copyTree(t, program, alone)
		w.provision(t, "local", fmt.Sprintf("path = %q", alone))
		r := w.build(t, "//:one")
		r.expect(t, "one", cold)
		r.expectNoWarning(t)
		w.expectSlicer(t, false)
	})
	t.Run("link", func(t *testing.T) {
		link := filepath.Join(w.folder(t), "thinrex")
		if err := os.Symlink(program, link); err != nil {
			t.Fatal(err)
		}
		w.provision(t, "local", fmt.Sprintf("path = %q", link))
		w.expectSlicer(t, true)
	})
	t.Run("missing", func(t *testing.T) {
		w.provision(t, "local", fmt.Sprintf("path = %q", program+"-not"))
		w.refuse(t, "there is no thinrex "+program+"-not", "//:one")
	})
	t.Run("folder", func(t *testing.T) {
		w.provision(t, "local", fmt.Sprintf("path = %q", filepath.Dir(program)))
		w.refuse(t, filepath.Dir(program)+" is there, but is no thinrex that runs", "//:one")
	})
	t.Run("text", func(t *testing.T) {
		text := filepath.Join(w.folder(t), "thinrex")
		write(t, text, "no program\n", 0o644)
		w.provision(t, "local", fmt.Sprintf("path = %q", text))
		w.refuse(t, text+" is there, but is no thinrex that runs", "//:one")
	})
	t.Run("in the PATH", func(t *testing.T) {
		w := w.thinrexCache(w.folder(t))
		w.path = w.folder(t)
		write(t, filepath.Join(w.path, "thinrex"), "#!/bin/sh\necho by the PATH >&2\nexec "+program+" \"$@\"\n", 0o700)
		w.provision(t, "local", "")
		r := w.build(t, "//:one")
		r.expect(t, "one", cold)
		if !strings.Contains(r.output, "by the PATH") {
			t.Errorf("another thinrex has linked:\n%s", r.output)
		}
	})
}

// expectSlicer checks whether thinrex-slicer is an input of the link of //:one: what
// isn't one doesn't exist for a link on a worker.
func (w workspace) expectSlicer(t *testing.T, want bool) {
	t.Helper()
	link := `mnemonic("CppLink", deps(//:one))`
	if !strings.Contains(w.bazel(t, "aquery", link), "Mnemonic: CppLink") {
		t.Fatal("no link of //:one")
	}
	actions := w.bazel(t, "aquery", `inputs(".*/thinrex-slicer", `+link+`)`)
	if got := strings.Contains(actions, "Mnemonic: CppLink"); got != want {
		t.Errorf("thinrex-slicer is an input of the link: %v, want %v", got, want)
	}
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// A thinrex built from other modules is another one.
func testSource(t *testing.T, w workspace) {
	w.edit(t, "../../../../go.sum", func(string) string { return "" })
	w.refuse(t, "thinrex.source(): go build failed", "//:one")
}

// An lld that is too old is passed over, and one that comes later is found when
// Bazel asks again.
func testLLD(t *testing.T, w workspace) {
	w.path = w.folder(t)
	w.provision(t, "local", fmt.Sprintf("path = %q", site.Thinrex(t)))
	expect := func(version, name string) {
		t.Helper()
		write(t, filepath.Join(w.path, "ld.lld"), "#!/bin/sh\necho 'LLD "+version+" (compatible with GNU linkers)'\n", 0o700)
		again := []string{"fetch", "--configure", "--force"}
		if w.version == "4" {
			again = []string{"sync", "--configure"}
		}
		w.bazel(t, again[0], again[1:]...)
		flags := w.bazel(t, "aquery", `mnemonic("CppLink", deps(//:one))`)
		if !regexp.MustCompile("-fuse-ld=" + name + `['\s]`).MatchString(flags) {
			t.Errorf("with lld %s no link has -fuse-ld=%s:\n%s", version, name, flags)
		}
	}
	expect("14.0.6", "lld-22")
	expect("22.1.8", "lld")
}

// A release comes from a file server, and must be what its checksums say.
func testRelease(t *testing.T, w workspace) {
	sums := map[string]string{} // by the name of the program
	mux := http.NewServeMux()
	for name, file := range map[string]string{"thinrex": "thinrex-full", "thinrex-slicer": "thinrex-slicer"} {
		program, err := os.ReadFile(filepath.Join(filepath.Dir(site.Thinrex(t)), file))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(program)
		sums[name] = hex.EncodeToString(sum[:])
		mux.HandleFunc("GET /v1.2.3/"+name+"-linux_x86_64", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(program)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	const other = "0000000000000000000000000000000000000000000000000000000000000000"
	thinrex := func(sum string) string {
		return fmt.Sprintf(`version = "1.2.3", url = "%s/v{version}/thinrex-{platform}{exe}",
			sha256s = {"linux_x86_64": %q, "windows_x86_64": %q}`, server.URL, sum, other)
	}
	slicer := func(platform, sum string) string {
		return fmt.Sprintf(`, slicer_url = "%s/v{version}/thinrex-slicer-{platform}",
			slicer_sha256s = {%q: %q}`, server.URL, platform, sum)
	}
	t.Run("right", func(t *testing.T) {
		w := w.thinrexCache(w.folder(t))
		w.provision(t, "release", thinrex(sums["thinrex"])+slicer("linux_x86_64", sums["thinrex-slicer"]))
		w.build(t, "//:one").expect(t, "one", cold)
		w.expectSlicer(t, true)
	})
	t.Run("without slicer", func(t *testing.T) {
		w.provision(t, "release", thinrex(sums["thinrex"]))
		w.expectSlicer(t, false)
	})
	for _, tt := range []struct{ name, attributes, words string }{
		{"another checksum", thinrex(other), "Checksum was"},
		{"another slicer", thinrex(sums["thinrex"]) + slicer("linux_x86_64", other), "Checksum was"},
		{"slicer elsewhere", thinrex(sums["thinrex"]) + slicer("windows_x86_64", other),
			`slicer_sha256s has the platform "windows_x86_64": those possible are linux_x86_64`},
		{"slicer without checksum", thinrex(sums["thinrex"]) + `, slicer_url = "https://example.com"`,
			"give both of slicer_url and slicer_sha256s, or none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.provision(t, "release", tt.attributes)
			w.refuse(t, tt.words, "//:one")
		})
	}
}

// The toolchain's bazelrc says where the cache is, and its credential helper is
// asked for that; the link is given no more than their paths.
func testCredentials(t *testing.T, w workspace) {
	const secret = "hunter2-and-more"
	addr, dir := startWorker(t), w.folder(t)
	rc, helper, asked := filepath.Join(dir, "rc"), filepath.Join(dir, "helper"), filepath.Join(dir, "asked")
	write(t, rc, "build:ci --remote_cache="+addr+" --remote_upload_local_results\n", 0o600)
	write(t, helper, "#!/bin/sh\ncat >"+asked+"\necho '{\"headers\":{\"Authorization\":[\"Bearer "+secret+"\"]}}'\n",
		0o700)
	w.provision(t, "local", fmt.Sprintf("path = %q, bazelrc = %q, credential_helper = %q",
		site.Thinrex(t), rc+":ci", helper))

	w = w.thinrex().with("--sandbox_writable_path=" + dir)
	first := w.build(t, "//:one")
	first.expect(t, "one", cold)
	second := w.relink(t, "one")
	second.expect(t, "one", warm)
	for _, r := range []report{first, second} {
		r.expectNoWarning(t)
		if strings.Contains(r.output, secret) {
			t.Error("the secret is told")
		}
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(addr, "grpc://"), ":")
	if request, err := os.ReadFile(asked); err != nil || !strings.Contains(string(request), ":"+port+"/") {
		t.Errorf("the helper was asked %q, %v", request, err)
	}
}

// The root module says only once where thinrex comes from.
func testTags(t *testing.T, w workspace) {
	w.provision(t, "source", "")
	w.edit(t, "MODULE.bazel", func(text string) string { return text + "thinrex.local()\n" })
	w.refuse(t, "more than one of thinrex.local(), thinrex.source() and thinrex.release(): keep one", "//:one")
}
