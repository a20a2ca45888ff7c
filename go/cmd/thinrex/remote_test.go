//go:build unix

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

const linkAll = "clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX f?.o main.o -o prog"

// set sets a variable for later commands.
func (s *site) set(name, value string) { s.env = append(s.env, name+"="+value) }

// forget makes the site a machine that has never linked.
func (s *site) forget() { s.run("rm -rf cache") }

// link links the program, checks that it is the oracle's, and returns the
// summary and what was said.
func (s *site) link() (report.Summary, string) {
	s.t.Helper()
	summary, said, err := s.tryLink()
	if err != nil {
		s.t.Fatalf("%v: %s", err, said)
	}
	s.run("cmp prog inproc")
	if _, err := os.Stat(s.path("prog")); err != nil {
		s.t.Fatal(err)
	}
	return summary, said
}

func (s *site) tryLink() (summary report.Summary, said string, err error) {
	s.t.Helper()
	os.Remove(s.path("summary"))
	os.Remove(s.path("prog"))
	cmd := s.command(linkAll)
	out, err := cmd.CombinedOutput()
	data, readErr := os.ReadFile(s.path("summary"))
	if readErr != nil {
		return summary, string(out), err
	}
	if err := json.Unmarshal(data, &summary); err != nil {
		s.t.Fatal(err)
	}
	return summary, string(out), err
}

// wantSummary compares what matters of a summary.
func wantSummary(t *testing.T, got report.Summary, want report.Summary) {
	t.Helper()
	got = report.Summary{Jobs: got.Jobs, Hits: got.Hits, Local: got.Local, Remote: got.Remote, Failed: got.Failed,
		Skipped: got.Skipped, Uncached: got.Uncached, RemoteHits: got.RemoteHits, Fallbacks: got.Fallbacks}
	want.Jobs = modules + 1
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func noExecution(caps *repb.ServerCapabilities) { caps.ExecutionCapabilities = nil }

// A service that only caches gets the results of local runs, and the next
// machine compiles nothing.
func TestRemoteCache(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.set("THINREX_REMOTE_CACHE", "grpc://"+server.Addr())
	got, said := s.link()
	wantSummary(t, got, report.Summary{Local: modules + 1})
	if said != "" {
		t.Errorf("said %q", said)
	}
	s.forget()
	received := server.Received()
	got, said = s.link()
	wantSummary(t, got, report.Summary{Hits: modules + 1, RemoteHits: modules + 1})
	if said != "" || server.Received() != received {
		t.Errorf("said %q, uploaded %d bytes", said, server.Received()-received)
	}
	// The disk store was filled on the way.
	lookups := server.Calls("GetActionResult")
	got, _ = s.link()
	wantSummary(t, got, report.Summary{Hits: modules + 1})
	if server.Calls("GetActionResult") != lookups {
		t.Error("the service was asked for what is on the disk")
	}
	s.nothingLeft()
}

// A service that executes does all, and the result is the same.
func TestRemoteExecution(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.set("THINREX_REMOTE_EXECUTOR", "grpc://"+server.Addr())
	got, said := s.link()
	wantSummary(t, got, report.Summary{Remote: modules + 1})
	if said != "" {
		t.Errorf("said %q", said)
	}
	s.forget()
	received := server.Received()
	got, said = s.link()
	wantSummary(t, got, report.Summary{Hits: modules + 1, RemoteHits: modules + 1})
	if said != "" || server.Received() != received {
		t.Errorf("said %q, uploaded %d bytes", said, server.Received()-received)
	}
	if twice := append(server.UploadedTwice(), server.AskedTwice()...); len(twice) > 0 {
		t.Errorf("uploaded or asked for twice: %v", twice)
	}
	for _, call := range server.Requests("") {
		m := call.Metadata
		if m.GetToolDetails().GetToolName() != "thinrex" || m.GetToolInvocationId() == "" ||
			strings.HasSuffix(call.Method, "ActionResult") && (m.GetActionId() == "" || m.GetTargetId() == "") {
			t.Errorf("%s: metadata %v", call.Method, m)
		}
	}
	s.nothingLeft()
}

// Workers get the compiler with the action.
func TestUploadedToolchain(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.set("THINREX_REMOTE_EXECUTOR", "grpc://"+server.Addr())
	s.set("THINREX_TOOLCHAIN", "upload")
	got, said := s.link()
	wantSummary(t, got, report.Summary{Remote: modules + 1})
	if said != "" {
		t.Errorf("said %q", said)
	}
	// The key is the same for a local run.
	server.Wipe(true)
	s.forget()
	s.set("THINREX_EXEC_STRATEGY", "local")
	s.set("THINREX_REMOTE_UPLOAD_LOCAL_RESULTS", "true")
	got, _ = s.link()
	wantSummary(t, got, report.Summary{Local: modules + 1})
	s.forget()
	s.set("THINREX_EXEC_STRATEGY", "remote")
	got, _ = s.link()
	wantSummary(t, got, report.Summary{Hits: modules + 1, RemoteHits: modules + 1})
}

// A workshop is a site from which others are copied, so that modules are compiled
// once for many tests.
type workshop struct{ model *site }

// site returns a machine of its own with the same objects.
func (w workshop) site(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	for _, entry := range w.model.env {
		s.env = append(s.env, strings.ReplaceAll(entry, w.model.dir, s.dir))
	}
	s.run("mkdir tmp && cp " + w.model.dir + "/*.o " + w.model.dir + "/inproc .")
	return s
}
