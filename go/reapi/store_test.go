package reapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
	"thinrex/go/reapi/remoteflags"
)

// When results of local runs are stored, and what Storing tells the user.
func TestKeepsAndStoring(t *testing.T) {
	const auto, always, never = remoteflags.UploadAuto, remoteflags.UploadAlways, remoteflags.UploadNever
	tests := []struct {
		upload                    remoteflags.Upload
		workers, executes, update bool
		keeps, fails              bool
		says                      string
	}{
		{upload: auto, workers: true, executes: true, update: true, says: "workers store theirs"},
		{upload: auto, executes: true, update: true, keeps: true, says: "are stored in grpc"},
		{upload: auto, update: true, keeps: true, says: "are stored in grpc"},
		{upload: auto, workers: true, update: true, keeps: true, says: "are stored in grpc"},
		{upload: auto, says: "doesn't allow"},
		{upload: auto, executes: true, says: "doesn't allow"},
		{upload: always, workers: true, executes: true, update: true, keeps: true, says: "are stored in grpc"},
		{upload: always, keeps: true, fails: true, says: "doesn't allow"},
		{upload: never, update: true, says: "--remote_upload_local_results=false"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
				caps.ExecutionCapabilities.ExecEnabled = test.executes
				caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = test.update
			}})
			c := dial(t, s, func(o *reapi.Options) {
				o.Cache, o.Executor, o.Upload, o.Workers = o.Executor, "", test.upload, test.workers
			})
			a := newAction(t, "m", input("m.o", noise("m", 5<<20)))
			err := c.Store(within(t), a, soundResult())
			if c.Keeps() != test.keeps || (err != nil) != test.fails || c.Down() != nil {
				t.Errorf("keeps %v, error %v", c.Keeps(), err)
			}
			if text := c.Storing(); !strings.Contains(text, test.says) || !strings.Contains(text, at(s)) {
				t.Errorf("says %q, want %q", text, test.says)
			}
			stored := test.keeps && !test.fails
			if r, err := c.Lookup(within(t), a); (r != nil) != stored || err != nil {
				t.Errorf("hit: %v, %v", r != nil, err)
			}
			if !stored && s.Received() != 0 {
				t.Errorf("%d bytes uploaded", s.Received())
			}
			if _, ok := s.Blob(a.Inputs[0].Digest); ok {
				t.Error("inputs were uploaded")
			}
		})
	}
}

// Storing doesn't wait for a service that hasn't answered until a link's end.
func TestStoringOfSilentService(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Method: "GetCapabilities", Hang: true})
	c := dial(t, s, func(o *reapi.Options) { o.Timeout = time.Hour })
	if err := s.WaitCalls(within(t), "GetCapabilities", 1); err != nil {
		t.Fatal(err)
	}
	if text := c.Storing(); !strings.Contains(text, "aren't stored") || !strings.Contains(text, "no answer") {
		t.Errorf("says %q", text)
	}
}

// Storing doesn't claim that a service has results of which it has taken none.
func TestStoringAfterFailures(t *testing.T) {
	for name, spoil := range map[string]func(*reapitest.Server){
		"full": func(s *reapitest.Server) { s.Fill(codes.ResourceExhausted, "no space left") },
		"refuses": func(s *reapitest.Server) {
			s.Inject(reapitest.Fault{Method: "UpdateActionResult", Code: codes.PermissionDenied})
		},
		"not asked": nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			c := dial(t, s, func(o *reapi.Options) { o.Cache, o.Executor = o.Executor, "" })
			if err := c.Ready(within(t)); err != nil {
				t.Fatal(err)
			}
			if spoil != nil {
				spoil(s)
				if err := c.Store(within(t), newAction(t, "m"), soundResult()); err == nil {
					t.Error("stored")
				}
			}
			if text := c.Storing(); !strings.Contains(text, "none of the results compiled here could be stored in ") {
				t.Errorf("says %q", text)
			}
		})
	}
}
