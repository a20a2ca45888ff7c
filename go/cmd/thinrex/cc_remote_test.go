//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
)

// compile compiles a module by its number, checks the object, and returns what
// was printed.
func (s *site) compile(module int, flags ...string) string {
	s.t.Helper()
	name := fmt.Sprintf("f%d", module)
	printed := s.run("$THINREX cc " + strings.Join(flags, " ") + " -- clang-22 -O2 -flto=thin -c " + name + ".c -o got.o")
	s.run("cmp got.o " + name + ".o && rm got.o")
	return printed
}

// A full CAS costs a build one warning, and is sent each blob once.
func TestCCFullCAS(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	wantPrinted(t, s.compile(0), "")
	server.Fill(codes.Internal, "write: no space left on device")
	calls := server.Calls("BatchUpdateBlobs")
	began := time.Now()
	wantPrinted(t, s.compile(1), "no space left on device")
	if n := server.Calls("BatchUpdateBlobs") - calls; n != 1 {
		t.Errorf("%d uploads, want 1", n)
	}
	s.noted(began)
	wantPrinted(t, s.compile(2), "")
	if n := server.Calls("BatchUpdateBlobs") - calls; n != 1 {
		t.Errorf("%d uploads of two compilations, want 1", n)
	}
	s.run("rm -rf cache/ac cache/cas") // the results, not the outage
	if printed := s.compile(0, "--verbose"); !strings.Contains(printed, "f0.c: remote hit") {
		t.Errorf("printed %q", printed)
	}
}

// A service that checks actions strictly accepts those of thinrex cc.
func TestCCRemoteKeys(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	for name, args := range map[string]string{
		"plain":             "-- clang-22 -O2 -flto=thin -c f0.c",
		"both keys":         "--compile_keys=both -- clang-22 -O2 -flto=thin -c f0.c",
		"debug information": "-- clang-22 -O2 -g -flto=thin -c f0.c",
		"extra inputs": "--extra_input=f1.c --extra_input=f2.c --action_env=B=1 --action_env=A=2 -- " +
			"clang-22 -O2 -flto=thin -c f0.c",
		"ignore lists": "-- clang-22 -O2 -fsanitize=address -fsanitize-ignorelist=i -fsanitize-ignorelist=j " +
			"-flto=thin -c f0.c",
		"headers' places": "-- clang-22 -O2 -I. -iquote tmp -flto=thin -c f0.c",
		"other outputs":   "-- clang-22 -O2 -MMD -ftime-trace -flto=thin -c f0.c",
	} {
		s.write("i", "src:x.c\n")
		s.write("j", "src:y.c\n")
		s.run("$THINREX cc " + args)
		s.forget()
		if printed := s.run("$THINREX cc --verbose " + args); !strings.Contains(printed, "f0.c: remote hit") {
			t.Errorf("%s: %q", name, printed)
		}
		s.forget()
	}
	s.nothingLeft()
}

// A fault of a service costs the calls of one compilation, not of all.
func TestCCFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault  reapitest.Fault
		calls  int // of the method, by the first compilation
		prints string
	}{
		"unavailable": {
			reapitest.Fault{Method: "GetCapabilities", Code: codes.Unavailable},
			2,
			"GetCapabilities: Unavailable",
		},
		"not for us": {
			reapitest.Fault{Method: "GetActionResult", Code: codes.PermissionDenied},
			1,
			"GetActionResult: PermissionDenied",
		},
		"hangs at once": {reapitest.Fault{Method: "GetCapabilities", Hang: true}, 1, "GetCapabilities: no answer within 5s"},
		"hangs":         {reapitest.Fault{Method: "GetActionResult", Hang: true}, 1, "GetActionResult: no answer within 10s"},
		"hangs later": {
			reapitest.Fault{Method: "BatchUpdateBlobs", Hang: true},
			1,
			"BatchUpdateBlobs: no answer within 10s",
		},
		"one hiccup":    {reapitest.Fault{Method: "GetCapabilities", Code: codes.Unavailable, Times: 1}, 2, ""},
		"hiccups later": {reapitest.Fault{Method: "GetActionResult", Code: codes.Unavailable, Times: 3}, -1, ""},
		"read-only":     {reapitest.Fault{Method: "UpdateActionResult", Code: codes.PermissionDenied}, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
			server.Inject(tc.fault)
			s := newSite(t)
			s.with("REMOTE_CACHE=grpc://" + server.Addr())
			if tc.fault.Hang && tc.fault.Method != "GetCapabilities" { // which isn't waited for so long
				s.with("REMOTE_TIMEOUT=10s")
			}
			began := time.Now()
			wantPrinted(t, s.compile(0), tc.prints)
			calls := server.Calls(tc.fault.Method)
			if tc.calls >= 0 && calls != tc.calls {
				t.Errorf("%d calls", calls)
			}
			if tc.prints != "" {
				s.noted(began)
			}
			wantPrinted(t, s.compile(1), "")
			if again := server.Calls(tc.fault.Method) > calls; again != (tc.prints == "") {
				t.Errorf("asked again: %v", again)
			}
			s.nothingLeft()
		})
	}
}

// A compilation that is stopped leaves no helper behind.
func TestStoppedCCEndsHelper(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.write("helper", "#!/bin/sh\n: >$DIR/asked; (sleep 1000 & wait)\n")
	s.with("REMOTE_CACHE=grpc://"+server.Addr(), "CREDENTIAL_HELPER=$DIR/helper", "CREDENTIAL_HELPER_TIMEOUT=1h")
	cmd := s.command("exec $THINREX cc -- clang-22 -O2 -flto=thin -c f0.c -o got.o")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // whatever is left
		for pid := range s.processes() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	eventually(t, "the helper", func() bool { _, err := os.Stat(s.path("asked")); return err == nil })
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != exitSignal+int(syscall.SIGTERM) {
		t.Errorf("%v", err)
	}
	s.nothingLeft()
	if files := s.outages(); len(files) > 0 {
		t.Errorf("an outage: %q", files)
	}
}

// With --verbose, a compilation prints why its result isn't stored in the service.
func TestCCPrintsWhatIsNotStored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := reapitest.StartT(t, reapitest.Options{})
	s.with("REMOTE_CACHE="+"grpc://"+server.Addr(), "VERBOSE=true")
	if printed, want := s.compile(0), "thinrex: f0.c: compiled\n"; printed != want {
		t.Errorf("stored: printed %q, want %q", printed, want)
	}
	s.with("REMOTE_UPLOAD_LOCAL_RESULTS=false")
	want := "thinrex: f1.c: compiled\nthinrex: results compiled here aren't stored in grpc://" + server.Addr() +
		": --remote_upload_local_results=false\n"
	if printed := s.compile(1); printed != want {
		t.Errorf("not stored: printed %q, want %q", printed, want)
	}
}
