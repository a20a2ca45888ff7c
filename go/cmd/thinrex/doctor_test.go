//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/digest"
	"thinrex/go/doctor"
	"thinrex/go/internal/reapitest"
)

// doctor runs thinrex doctor --json, and returns its lines and whether it exited with 0.
func (s *site) doctor(args ...string) (lines []doctor.Line, healthy bool) {
	s.t.Helper()
	out, err := s.command("$THINREX doctor --json " + strings.Join(args, " ")).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || failed.ExitCode() != 1) {
		s.t.Fatalf("%v\n%s", err, out)
	}
	var answer struct {
		Healthy bool
		Checks  []doctor.Line
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	if answer.Healthy != (err == nil) {
		s.t.Errorf("healthy: %v, exit: %v", answer.Healthy, err)
	}
	return answer.Checks, answer.Healthy
}

// wantLine looks for a line of a check with a status and parts of its text and advice.
func wantLine(t *testing.T, lines []doctor.Line, check string, status doctor.Status, parts ...string) {
	t.Helper()
	for _, line := range lines {
		matches := line.Check == check && line.Status == status
		for _, part := range parts {
			matches = matches && strings.Contains(line.Text+line.Advice, part)
		}
		if matches {
			return
		}
	}
	t.Errorf("no %s %s with %q in %q", status, check, parts, lines)
}

// blackHole returns the address of a port that takes connections and says nothing.
func blackHole(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // the kernel takes connections for it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return "grpc://" + listener.Addr().String()
}

// Whatever is wrong with a service, doctor says so, ends, shows no secret, and checks the
// rest.
func TestDoctorOfServices(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	start := func(o reapitest.Options) string { return "grpc://" + reapitest.StartT(t, o).Addr() }
	hanging := reapitest.StartT(t, reapitest.Options{})
	hanging.Inject(reapitest.Fault{Method: "GetCapabilities", Hang: true})
	refusing := reapitest.StartT(t, reapitest.Options{})
	refusing.Inject(reapitest.Fault{Method: "GetCapabilities", Code: codes.Unauthenticated})
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	readOnly := func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
		caps.ExecutionCapabilities = nil
	}
	ca, err := reapitest.NewCA(t.TempDir(), "ca")
	if err != nil {
		t.Fatal(err)
	}
	expired, err := ca.Issue(reapitest.Cert{Name: "old", Expired: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		options []string
		check   string
		status  doctor.Status
		parts   []string
	}{
		"works as both": {
			[]string{"REMOTE_EXECUTOR=" + start(reapitest.Options{})}, "service", doctor.OK,
			[]string{" ms as cache and executor: Remote Execution API 2.0 to 2.11, SHA256, executes"},
		},
		"works as cache": {
			[]string{"REMOTE_CACHE=" + start(reapitest.Options{})}, "service", doctor.OK, []string{" ms as cache: "},
		},
		"can't be written": {
			[]string{"REMOTE_CACHE=" + start(reapitest.Options{Capabilities: readOnly})}, "service", doctor.Warning,
			[]string{"doesn't let this machine store results"},
		},
		"executes nothing": {
			[]string{"REMOTE_EXECUTOR=" + start(reapitest.Options{Capabilities: readOnly})}, "service", doctor.Broken,
			[]string{"it only caches"},
		},
		"other digests": {
			[]string{"REMOTE_CACHE=" + start(reapitest.Options{DigestFunctions: []digest.Function{digest.BLAKE3}})},
			"service", doctor.Broken, []string{"has no SHA256 digests"},
		},
		"other instance": {
			[]string{"REMOTE_INSTANCE_NAME=b", "REMOTE_CACHE=" + start(reapitest.Options{Instance: "a"})},
			"service", doctor.Broken, []string{"GetCapabilities: "},
		},
		"dead port":      {[]string{"REMOTE_CACHE=grpc://127.0.0.1:1"}, "service", doctor.Broken, []string{"refused"}},
		"black hole":     {[]string{"REMOTE_CACHE=" + blackHole(t)}, "service", doctor.Broken, []string{"can't be used"}},
		"hangs":          {[]string{"REMOTE_CACHE=grpc://" + hanging.Addr(), "REMOTE_TIMEOUT=1"}, "service", doctor.Broken, nil},
		"another's port": {[]string{"REMOTE_CACHE=grpc://" + web.Listener.Addr().String()}, "service", doctor.Broken, []string{"HTTP"}},
		"no address":     {[]string{"REMOTE_CACHE=http://cache"}, "service", doctor.Broken, []string{"--remote_cache=http://cache"}},
		"no host":        {[]string{"REMOTE_CACHE=grpc://absent.invalid"}, "service", doctor.Broken, []string{"absent.invalid"}},
		"header": {
			[]string{"REMOTE_HEADER=x-key=hunter2", "REMOTE_CACHE=grpc://" + refusing.Addr()},
			"credentials", doctor.OK, []string{"header x-key (THINREX_REMOTE_HEADER)"},
		},
		"refused": {
			[]string{"REMOTE_HEADER=x-key=hunter2", "REMOTE_CACHE=grpc://" + refusing.Addr()},
			"service", doctor.Broken, []string{"Unauthenticated"},
		},
		"header in the clear": {
			[]string{"REMOTE_HEADER=x-key=hunter2", "REMOTE_CACHE=grpc://absent.invalid"},
			"service", doctor.Warning, []string{"isn't encrypted"},
		},
		"helper": {
			[]string{"CREDENTIAL_HELPER=$DIR/helper", "REMOTE_CACHE=" + start(reapitest.Options{})},
			"credentials", doctor.OK, []string{"credential helper $DIR/helper for 127.0.0.1"},
		},
		"helper fails": {
			[]string{"CREDENTIAL_HELPER=$DIR/failing", "REMOTE_CACHE=" + start(reapitest.Options{})},
			"service", doctor.Broken, []string{"credential helper $DIR/failing exited with 7: log in first"},
		},
		"no helper": {
			[]string{"CREDENTIAL_HELPER=$DIR/absent", "REMOTE_CACHE=" + start(reapitest.Options{})},
			"credentials", doctor.Broken, []string{"$DIR/absent", "THINREX_CREDENTIAL_HELPER"},
		},
		"expired": {
			[]string{"TLS_CLIENT_CERTIFICATE=" + expired.CertFile, "TLS_CLIENT_KEY=" + expired.KeyFile, "REMOTE_CACHE=grpcs://127.0.0.1:1"},
			"credentials", doctor.Broken, []string{"old.pem expired on"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.site(t)
			s.write("helper", `#!/bin/sh`+"\n"+`echo '{"headers":{"authorization":["hunter2"]}}'`)
			s.write("failing", "#!/bin/sh\necho log in first >&2; exit 7\n")
			s.with(tc.options...)
			var compiler []string
			if whole := name == "works as both" || name == "can't be written" || name == "black hole"; !whole {
				compiler = []string{"--", "absent-clang"} // to save time
			}
			lines, healthy := s.doctor(compiler...)
			for i, part := range tc.parts {
				tc.parts[i] = strings.ReplaceAll(part, "$DIR", s.dir)
			}
			wantLine(t, lines, tc.check, tc.status, tc.parts...)
			if compiler == nil {
				wantLine(t, lines, "link", doctor.OK)
			}
			if wanted := tc.status != doctor.Broken && compiler == nil; healthy != wanted {
				t.Errorf("healthy: %v", healthy)
			}
			for _, line := range lines {
				if strings.Contains(line.Text+line.Advice, "hunter2") {
					t.Errorf("a secret is shown: %q", line)
				}
			}
			s.nothingLeft()
		})
	}
}

// Doctor says which library cuts modules, or why none does.
func TestDoctorOfSlicing(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	lines, healthy := s.doctor()
	wantLine(t, lines, "slicing", doctor.OK, "thinrex-slicer cuts modules with", "libLLVM")
	wantLine(t, lines, "link", doctor.OK)
	if !healthy {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		if line.Status != doctor.OK {
			t.Errorf("%q", line)
		}
	}
	s.write("nolibrary", "no library")
	for library, want := range map[string]string{"absent": "absent", "nolibrary": "nolibrary"} {
		lines, healthy = s.doctor("--slicing_library=" + library)
		wantLine(t, lines, "slicing", doctor.Warning, "can't cut modules", want,
			"--slicing_library=FILE, a libLLVM of version 22.")
		wantLine(t, lines, "link", doctor.OK)
		if !healthy {
			t.Errorf("%s: %q", library, lines)
		}
	}
	s.nothingLeft()
}
