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

func TestBazel(t *testing.T) {
	tests := []struct {
		name string
		run  func(t *testing.T, w workspace)
	}{
		{"clean", testClean},
		{"plain build", testPlainBuild},
		{"network", testNetwork},
		{"no network", testNoNetwork},
		{"remote compile", testRemoteCompile},
		{"remote link", testRemoteLink},
		{"one disk cache", testOneDiskCache},
	}
	for _, version := range bazels {
		t.Run(version, func(t *testing.T) {
			shell := startShell(t, version)
			copied := shell.folder(t)
			copyRepository(t, copied)
			w := workspace{shell: shell, root: filepath.Join(copied, "e2e/bazel/testdata/workspace")}
			if version == "4" {
				w = w.with("--experimental_allow_tags_propagation") // the default since 7
			}
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) {
					w.clean(t)
					tt.run(t, w)
				})
			}
			w.run(t, w.root, "bazel", "shutdown")
			t.Run("local", func(t *testing.T) { testLocal(t, w) })
			t.Run("release", func(t *testing.T) { testRelease(t, w) })
			t.Run("sources", func(t *testing.T) { testSources(t, w, copied) })
			t.Run("examples", func(t *testing.T) { testExamples(t, w, copied) })
		})
	}
}

func expect(t *testing.T, r report, program string, want summary) {
	t.Helper()
	got, ok := r.links[program]
	if !ok {
		t.Errorf("no summary of %s's link:\n%s", program, r.output)
	} else if got != want {
		t.Errorf("link of %s: %+v, want %+v", program, got, want)
	}
}

// A second build from nothing compiles nothing and gives the same program; a
// second program has the library's modules already.
func testClean(t *testing.T, w workspace) {
	w = w.thinrexCache(w.folder(t)).with(cutOff)
	expect(t, w.build(t, "//:one"), "one", cold)
	program := w.read(t, "one")
	expect(t, w.build(t, "//:two"), "two", shared)

	w.clean(t)
	r := w.build(t, "//:one", "//:two")
	expect(t, r, "one", warm)
	expect(t, r, "two", warm)
	if w.read(t, "one") != program {
		t.Error("the second link gave another program")
	}
	if got := w.run(t, w.root, "bazel-bin/one"); got != onePrints {
		t.Errorf("one prints %q", got)
	}
}

// The sandbox has no network but for links: those of the rules ask for it.
func testNetwork(t *testing.T, w workspace) {
	w = w.thinrex("--remote_cache=grpc://"+startWorker(t), "--remote_upload_local_results=true").with(cutOff)
	expect(t, w.build(t, "//:one"), "one", cold)
	w.clean(t)
	expect(t, w.build(t, "//:one"), "one", warm)
}

// A link that doesn't ask for it has none: it compiles here, and succeeds. The
// same for all links by a flag gives it to them.
func testNoNetwork(t *testing.T, w workspace) {
	w = w.thinrex("--remote_cache=grpc://"+startWorker(t), "--remote_upload_local_results=true").with(cutOff)
	open := w.with("--modify_execution_info=CppLink=+requires-network")
	expect(t, open.build(t, "//:anywhere"), "anywhere", cold)
	w.clean(t)
	expect(t, w.build(t, "//:anywhere"), "anywhere", cold)
	w.clean(t)
	expect(t, open.build(t, "//:anywhere"), "anywhere", warm)
}

// Bazel's compilations run on the worker, and the link here, with the worker's
// cache for its backends: by a flag for all links, and for the rules' by themselves,
// where the program's own sources stay here with it.
func testRemoteCompile(t *testing.T, w workspace) {
	addr := "grpc://" + startWorker(t)
	w = w.thinrex("--remote_cache="+addr, "--remote_upload_local_results=true").with("--remote_executor=" + addr)
	local := w.with("--modify_execution_info=CppLink=+no-remote-exec")
	r := local.build(t, "//:anywhere")
	expect(t, r, "anywhere", cold)
	if n := r.processes(t, "remote"); n != 5 {
		t.Errorf("%d remote compilations, want 5", n)
	}
	if got := w.run(t, w.root, "bazel-bin/anywhere"); got != onePrints {
		t.Errorf("anywhere prints %q", got)
	}
	w.clean(t)
	r = w.build(t, "//:two")
	expect(t, r, "two", shared)
	if hits, local := r.processes(t, "remote cache hit"), r.processes(t, "linux-sandbox"); hits != 4 || local != 2 {
		t.Errorf("%d compilations from the worker's cache, %d actions here, want 4 and 2", hits, local)
	}
}

// A link that runs on a worker, where the distributor reaches no cache, compiles
// there.
func testRemoteLink(t *testing.T, w workspace) {
	nobody := "grpc://" + freeAddress(t)
	w = w.thinrex("--remote_cache="+nobody, "--remote_retries=0").with("--remote_executor=grpc://" + startWorker(t))
	r := w.build(t, "//:anywhere")
	expect(t, r, "anywhere", cold)
	if n := r.processes(t, "remote"); n < 6 {
		t.Errorf("%d remote actions, want 5 compilations and the link", n)
	}
	if got := w.run(t, w.root, "bazel-bin/anywhere"); got != onePrints {
		t.Errorf("anywhere prints %q", got)
	}
}

// Bazel and thinrex keep what they have in one folder and don't disturb each other.
func testOneDiskCache(t *testing.T, w workspace) {
	cache := w.folder(t)
	w = w.thinrexCache(cache).with("--disk_cache=" + cache)
	expect(t, w.build(t, "//:one"), "one", cold)
	w.clean(t)
	r := w.build(t, "//:one")
	hits := r.processes(t, "disk cache hit") + r.processes(t, "remote cache hit") // as 7 says and as 4
	if ran := r.processes(t, "linux-sandbox"); hits < 6 || ran > 0 {
		t.Errorf("%d actions from the disk cache, %d run, want 5 compilations and the link from the cache", hits, ran)
	}
	expect(t, w.build(t, "//:two"), "two", shared)
}
