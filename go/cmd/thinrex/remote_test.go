//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// every is the number of jobs of a site's link.
const every = modules + 1

// linkAll may have more options, in LINK.
const linkAll = "clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX $LINK f?.o main.o -o prog"

// with sets options by their variables: NAME=VALUE, without THINREX_. $DIR in them
// stands for the site's folder.
func (s *site) with(options ...string) {
	for _, o := range options {
		s.env = append(s.env, "THINREX_"+strings.ReplaceAll(o, "$DIR", s.dir))
	}
}

// compiler makes a shell script compile backend jobs here, and leaves the real
// compiler to workers. $DIR in the script is the site's folder.
func (s *site) compiler(script string) {
	s.t.Helper()
	clang, err := exec.LookPath("clang-22")
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("compiler", "#!/bin/sh\nDIR="+s.dir+"\n"+
		"case \"$*\" in *thinlto-index*) ;; *) exec clang-22 \"$@\";; esac\n"+script)
	s.env = append(s.env, "LINK=-Wl,--thinlto-remote-compiler="+s.path("compiler"))
	s.with("REMOTE_COMPILER=" + clang)
}

// forget removes the disk cache, so that the site is as a new machine.
func (s *site) forget() { s.run("rm -rf cache") }

// link links the program, checks that it equals that of a link without thinrex,
// and returns the summary and what was printed.
func (s *site) link() (report.Summary, string) {
	s.t.Helper()
	summary, printed, err := s.tryLink()
	if err != nil {
		s.t.Fatalf("%v: %s", err, printed)
	}
	s.run("cmp prog inproc")
	if _, err := os.Stat(s.path("prog")); err != nil {
		s.t.Fatal(err)
	}
	return summary, printed
}

// linkTwice links on one machine and then on another, which must find all results
// and upload nothing.
func (s *site) linkTwice(server *reapitest.Server, want report.Summary) {
	s.t.Helper()
	got, printed := s.link()
	wantSummary(s.t, got, want)
	wantPrinted(s.t, printed, "")
	s.forget()
	received := server.Received()
	got, printed = s.link()
	wantSummary(s.t, got, report.Summary{Hits: every, RemoteHits: every})
	wantPrinted(s.t, printed, "")
	if n := server.Received() - received; n != 0 || got.BytesUploaded != 0 {
		s.t.Errorf("uploaded %d bytes (%d by the summary) for hits", n, got.BytesUploaded)
	}
}

func (s *site) tryLink() (summary report.Summary, printed string, err error) {
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

// wantSummary compares the counts of a summary, without its times and sizes.
func wantSummary(t *testing.T, got report.Summary, want report.Summary) {
	t.Helper()
	got = report.Summary{Jobs: got.Jobs, Hits: got.Hits, Local: got.Local, Remote: got.Remote, Failed: got.Failed,
		Skipped: got.Skipped, Uncached: got.Uncached, RemoteHits: got.RemoteHits, Fallbacks: got.Fallbacks}
	want.Jobs = every
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// wantPrinted checks that one line was printed, and what is in it; or nothing, if
// part is "".
func wantPrinted(t *testing.T, printed, part string) {
	t.Helper()
	if !strings.Contains(printed, part) || strings.Count(printed, "\n") != min(1, len(part)) {
		t.Errorf("printed %q, want one line with %q", printed, part)
	}
}

func noExecution(caps *repb.ServerCapabilities) { caps.ExecutionCapabilities = nil }

// A service that only caches gets the results of local runs, so that the next
// machine compiles nothing.
func TestRemoteCache(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	s.linkTwice(server, report.Summary{Local: every})
	// The disk store was filled on the way.
	lookups := server.Calls("GetActionResult")
	got, _ := s.link()
	wantSummary(t, got, report.Summary{Hits: every})
	if server.Calls("GetActionResult") != lookups {
		t.Error("the service was asked for what is on the disk")
	}
	s.nothingLeft()
}

// A service that executes compiles all jobs, and the program is the same.
func TestRemoteExecution(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	s.linkTwice(server, report.Summary{Remote: every})
	if twice := append(server.UploadedTwice(), server.QueriedTwice()...); len(twice) > 0 {
		t.Errorf("uploaded or asked for twice: %v", twice)
	}
	for _, call := range server.Requests("") {
		m := call.Metadata
		if m.GetToolDetails().GetToolName() != "thinrex" || m.GetToolInvocationId() == "" ||
			m.GetActionMnemonic() != backendMnemonic ||
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
	s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
	s.with("TOOLCHAIN=upload")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Remote: every})
	wantPrinted(t, printed, "")
	// The key is the same for a local run.
	server.Wipe(true)
	s.forget()
	s.with("EXEC_STRATEGY=local")
	s.with("REMOTE_UPLOAD_LOCAL_RESULTS=true")
	got, _ = s.link()
	wantSummary(t, got, report.Summary{Local: every})
	s.forget()
	s.with("EXEC_STRATEGY=remote")
	got, _ = s.link()
	wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
}

// A credential helper comes first, then Google's credentials, then .netrc.
func TestOrderOfCredentials(t *testing.T) {
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, []byte("machine cache.example.com login me password secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NETRC", netrc)
	for name, tc := range map[string]struct {
		google bool
		helper []string
		want   bool // others than Google's
	}{
		"netrc":            {want: true},
		"Google":           {google: true},
		"helper, Google":   {google: true, helper: []string{"/bin/sh"}, want: true},
		"another's helper": {google: true, helper: []string{"other.com=/bin/sh"}},
	} {
		var o options
		o.Remote.GoogleDefaultCredentials, o.Credentials.Helpers = tc.google, tc.helper
		c, err := credentials(&o, report.NewTerminal(os.Stderr, false).WarnOnce)("cache.example.com")
		if err != nil || (c != nil) != tc.want {
			t.Errorf("%s: %v, %v", name, c != nil, err)
		}
		if c != nil {
			c.Close()
		}
	}
}

// A workshop is a site that others are copied from, so that its modules are
// compiled once for many tests.
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
