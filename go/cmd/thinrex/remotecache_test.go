//go:build unix

package main

import (
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// Which results compiled here are written to the Action Cache: depends on
// --remote_upload_local_results, the executor, and what the service allows.
func TestUploadPolicy(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	readOnly := func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
		caps.ExecutionCapabilities = nil
	}
	for name, tc := range map[string]struct {
		options reapitest.Options
		flags   []string
		stored  int
		prints  string
	}{
		"auto, a cache":               {options: reapitest.Options{Capabilities: noExecution}, stored: every},
		"auto, a cache that executes": {stored: every},
		"true, executes":              {flags: []string{"REMOTE_UPLOAD_LOCAL_RESULTS=true"}, stored: every},
		"false, a cache": {
			options: reapitest.Options{Capabilities: noExecution},
			flags:   []string{"REMOTE_UPLOAD_LOCAL_RESULTS=false"},
		},
		"auto, read-only": {options: reapitest.Options{Capabilities: readOnly}},
		"true, read-only": {
			options: reapitest.Options{Capabilities: readOnly},
			flags:   []string{"REMOTE_UPLOAD_LOCAL_RESULTS=1"},
			prints:  "doesn't allow storing results to this user",
		},
		"auto, a cache, without own store": {
			options: reapitest.Options{Capabilities: noExecution},
			flags:   []string{"DISK_CACHE="},
			stored:  every,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, tc.options)
			s := w.site(t)
			s.with("REMOTE_CACHE=grpc://" + server.Addr())
			s.with(tc.flags...)
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Local: every})
			if n := len(server.ActionResults()); n != tc.stored {
				t.Errorf("%d results stored, want %d", n, tc.stored)
			}
			wantPrinted(t, printed, tc.prints)
			s.nothingLeft()
		})
	}
}

// However a remote cache fails, the link only prints a warning.
func TestCacheFaults(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	for _, method := range []string{
		"GetCapabilities", "GetActionResult", "FindMissingBlobs", "BatchUpdateBlobs", "UpdateActionResult",
	} {
		hang := reapitest.Fault{Method: method, Hang: true}
		prints := map[reapitest.Fault]string{hang: ": no answer within 2s"} // to that call, unless the machine is so slow
		for _, code := range refusals {
			prints[reapitest.Fault{Method: method, Code: code}] = method + ": " + code.String()
		}
		for fault, part := range prints {
			t.Run(method+part, func(t *testing.T) {
				t.Parallel()
				server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
				server.Inject(fault)
				s := w.site(t)
				s.with("REMOTE_CACHE=grpc://"+server.Addr(), "REMOTE_RETRIES=2")
				switch {
				case fault.Hang:
					s.with("REMOTE_TIMEOUT=2s")
				case fault.Code == codes.ResourceExhausted: // a busy service is waited for as long
					s.with("REMOTE_TIMEOUT=8s")
				}
				got, printed := s.link()
				wantSummary(t, got, report.Summary{Local: every})
				wantPrinted(t, printed, part)
				s.nothingLeft()
			})
		}
	}
}

// A machine that finds a broken entry in a service that only caches replaces it.
func TestBrokenEntryIsReplaced(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://" + server.Addr())
	s.link()
	server.Wipe(false)
	s.forget()
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: every})
	s.forget()
	again, printedAgain := s.link()
	wantSummary(t, again, report.Summary{Hits: every, RemoteHits: every})
	if printed+printedAgain != "" {
		t.Errorf("printed %q", printed+printedAgain)
	}
}
