//go:build e2e_bazel && linux

package bazel

import (
	"regexp"
	"testing"

	"thinrex/e2e/internal/stage"
)

const noCache = "can't read the remote cache, going on without: "

// thinrexRemote returns the workspace with a remote cache for the distributor.
func (w workspace) thinrexRemote(addr string) workspace {
	return w.thinrex("--remote_cache="+addr, "--remote_upload_local_results=true")
}

func startWorker(t *testing.T) (addr string) {
	t.Helper()
	return "grpc://" + site.StartWorker(t, stage.WorkerOptions{})
}

// The sandbox has no network but for links: those of the rules ask for it.
func testNetwork(t *testing.T, w workspace) {
	w = w.thinrexRemote(startWorker(t)).with(cutOff)
	w.build(t, "//:one").expect(t, "one", cold)
	r := w.relink(t, "one")
	r.expect(t, "one", warm)
	r.expectNoWarning(t)
}

// A link that doesn't ask for it has none: it says so, compiles here, and
// succeeds. The same for all links by a flag gives it to them.
func testNoNetwork(t *testing.T, w workspace) {
	w = w.thinrexRemote(startWorker(t)).with(cutOff)
	open := w.with("--modify_execution_info=CppLink=+requires-network")
	open.build(t, "//:anywhere").expect(t, "anywhere", cold)
	r := w.relink(t, "anywhere")
	r.expect(t, "anywhere", cold)
	r.expectWarning(t, noCache)
	open.relink(t, "anywhere").expect(t, "anywhere", warm)
}

func testRemote(t *testing.T, w workspace) {
	addr := startWorker(t)
	w = w.with("--remote_executor=" + addr)
	t.Run("compile", func(t *testing.T) { testRemoteCompile(t, w.thinrexRemote(addr)) })
	t.Run("link", func(t *testing.T) { testRemoteLink(t, w) })
}

// Bazel's compilations run on the worker, and the link here, with the worker's
// cache for its backends: by a flag for all links, and for the rules' by themselves,
// where the program's own sources stay here with it.
func testRemoteCompile(t *testing.T, w workspace) {
	w.clean(t)
	r := w.with("--modify_execution_info=CppLink=+no-remote-exec").build(t, "//:anywhere")
	r.expect(t, "anywhere", cold)
	if n := r.processes(t, "remote"); n != 5 {
		t.Errorf("%d remote compilations, want 5", n)
	}
	if got := w.run(t, w.root, "bazel-bin/anywhere"); got != onePrints {
		t.Errorf("anywhere prints %q", got)
	}
	w.clean(t)
	r = w.build(t, "//:two")
	r.expect(t, "two", shared)
	if hits, local := r.processes(t, "remote cache hit"), r.processes(t, "linux-sandbox"); hits != 4 || local != 2 {
		t.Errorf("%d compilations from the worker's cache, %d actions here, want 4 and 2", hits, local)
	}
}

// A link that runs on a worker, where the distributor reaches no cache, says so
// and compiles there.
func testRemoteLink(t *testing.T, w workspace) {
	w.clean(t)
	r := w.thinrex("--remote_cache=grpc://"+stage.ReserveAddress(t), "--remote_retries=0").build(t, "//:anywhere")
	r.expect(t, "anywhere", cold)
	r.expectWarning(t, noCache)
	remote, hits := r.processes(t, "remote"), r.processes(t, "remote cache hit") // of what the other test has compiled
	if local := r.processes(t, "linux-sandbox"); remote < 1 || remote+hits != 6 || local > 0 {
		t.Errorf("%d actions on the worker, %d of its results, %d actions here; want 5 compilations and the link there",
			remote, hits, local)
	}
	if got := w.run(t, w.root, "bazel-bin/anywhere"); got != onePrints {
		t.Errorf("anywhere prints %q", got)
	}
}

// Bazel and thinrex keep what they have in one place and don't disturb each
// other: the link comes from there, too, and another link has the backends.
func testOneCache(t *testing.T, w workspace) {
	folder, addr := w.folder(t), startWorker(t)
	for name, w := range map[string]workspace{
		"disk":   w.thinrexCache(folder).with("--disk_cache=" + folder),
		"remote": w.thinrexRemote(addr).with("--remote_cache=" + addr),
	} {
		t.Run(name, func(t *testing.T) {
			w.clean(t)
			w.build(t, "//:one").expect(t, "one", cold)
			w.clean(t)
			r := w.build(t, "//:one")
			// Bazel repeats what the link printed when it was done.
			r.expect(t, "one", cold)
			hits := r.processes(t, "disk cache hit") + r.processes(t, "remote cache hit") // as 7 says and as 4
			if ran := r.processes(t, "linux-sandbox"); hits < 6 || ran > 0 {
				t.Errorf("%d actions from the cache, %d run, want 5 compilations and the link from the cache", hits, ran)
			}
			if got := w.run(t, w.root, "bazel-bin/one"); got != onePrints {
				t.Errorf("one prints %q", got)
			}
			w.build(t, "//:two").expect(t, "two", shared)
			if name == "disk" {
				testClearSharedFolder(t, w, folder)
			}
		})
	}
}

// thinrex clear leaves what Bazel keeps in the folder: everything still comes from there.
func testClearSharedFolder(t *testing.T, w workspace, folder string) {
	printed := w.run(t, w.root, site.Thinrex(t), "clear", "--disk_cache="+folder)
	if !regexp.MustCompile(`^removed [1-9].* other programs', such as Bazel's\n$`).MatchString(printed) {
		t.Errorf("thinrex clear prints %q", printed)
	}
	w.clean(t)
	r := w.build(t, "//:one", "//:two")
	hits := r.processes(t, "disk cache hit") + r.processes(t, "remote cache hit")
	if ran := r.processes(t, "linux-sandbox"); hits < 7 || ran > 0 {
		t.Errorf("after thinrex clear: %d actions from the cache, %d run, want all from the cache", hits, ran)
	}
}
