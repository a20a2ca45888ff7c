//go:build unix

package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
)

// Fifty links at once share one service and one disk cache. They keep the machine
// busy for long, so no other test runs meanwhile, and --remote_patience is off:
// else this machine would compile jobs of which the service is slow to report.
func TestFiftyLinks(t *testing.T) {
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "EXEC_STRATEGY=remote", "REMOTE_TIMEOUT=10m")
	s.linksAtOnce(50)
	s.everySummary(`"local":0,`)
	s.linksAtOnce(50)
	s.everySummary(fmt.Sprintf(`"hits":%d,`, every))
	s.nothingLeft()
}

// A link that is stopped while the service works for it ends at once.
func TestInterruptedRemotely(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	forever := func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, tc := range map[string]struct {
		options reapitest.Options
		faults  []reapitest.Fault
		busy    string // the method that is being called when the link is stopped
		calls   int
	}{
		"in mid-execute": {options: reapitest.Options{Execute: forever}, busy: "Execute", calls: every},
		"in mid-upload": {
			faults: []reapitest.Fault{{Method: "BatchUpdateBlobs", Hang: true}},
			busy:   "BatchUpdateBlobs",
			calls:  1,
		},
		"in mid-stream": {
			options: batchLimit(1),
			faults:  []reapitest.Fault{{Method: "Write", Hang: true}},
			busy:    "Write",
			calls:   1,
		},
		"in mid-lookup": {
			faults: []reapitest.Fault{{Method: "GetActionResult", Hang: true}},
			busy:   "GetActionResult",
			calls:  every,
		},
		"before anything": {
			faults: []reapitest.Fault{{Method: "GetCapabilities", Hang: true}},
			busy:   "GetCapabilities",
			calls:  1,
		},
		"while it is a retry's": {
			faults: []reapitest.Fault{{Method: "FindMissingBlobs", Code: codes.Unavailable}},
			busy:   "FindMissingBlobs",
			calls:  3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, tc.options)
			for _, f := range tc.faults {
				server.Inject(f)
			}
			s := w.site(t)
			// The service is busy until it is stopped.
			s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "REMOTE_RETRIES=100", "REMOTE_TIMEOUT=10m")
			cmd := s.command("exec " + linkAll)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if err := server.WaitCalls(t.Context(), tc.busy, tc.calls); err != nil {
				t.Error(err)
			}
			if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if cmd.Wait() == nil {
				t.Error("the link succeeded")
			}
			s.nothingLeft()
		})
	}
}
