package reapi_test

import (
	"context"
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
)

// If the scheduler behind a frontend dies, its executions fail. The cache, which the
// frontend still serves, is used.
func TestDeadScheduler(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		die  func(*reapitest.Server)
		want []string // in the error
	}{
		"in mid-execution": {die: (*reapitest.Server).StopScheduler, want: []string{"the scheduler can't be reached"}},
		"UNAVAILABLE": {die: func(s *reapitest.Server) {
			s.Inject(reapitest.Fault{Method: "Execute", Code: codes.Unavailable, Message: "no healthy upstream"})
		}, want: []string{"no healthy upstream"}},
		"UNKNOWN": {die: func(s *reapitest.Server) {
			s.Inject(reapitest.Fault{Method: "Execute", Code: codes.Unknown, Message: "failed to dial"})
		}, want: []string{"failed to dial"}},
		"INTERNAL": {die: func(s *reapitest.Server) {
			s.Inject(reapitest.Fault{Method: "Execute", CutAfter: -1, Code: codes.Internal})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started := make(chan struct{}, 100)
			endless := func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
				started <- struct{}{}
				<-ctx.Done()
				return nil, ctx.Err()
			}
			s := reapitest.StartT(t, reapitest.Options{Slots: 100, Execute: endless})
			c := dial(t, s, storing, byDefault)
			if name != "in mid-execution" {
				tc.die(s)
			} else {
				go func() { <-started; tc.die(s) }()
			}
			var last error
			for _, err := range atOnce(41, executeNumbered(t, c)) {
				if last = err; err == nil {
					t.Error("executed all the same")
				}
			}
			wantNoExecution(t, s, c, last, tc.want...)
		})
	}
}

// Lookups hit while the executor of the same service is away.
func TestLookupsWithoutExecutor(t *testing.T) {
	t.Parallel()
	s := reapitest.StartT(t, reapitest.Options{})
	known := make([]*action.Action, 20)
	for i := range known {
		known[i] = newAction(t, fmt.Sprint("known", i))
		execute(t, dial(t, s), known[i])
	}
	s.StopScheduler()
	c := dial(t, s, byDefault)
	atOnce(40, func(i int) error {
		if i < len(known) {
			_, err := c.Execute(within(t), newAction(t, fmt.Sprint("m", i)))
			return err
		}
		r, err := c.Lookup(within(t), known[i-len(known)])
		if r == nil || err != nil {
			t.Errorf("hit: %v, %v", r != nil, err)
		}
		return nil
	})
}

// An Action Cache and a CAS that fail for a moment don't end the executions that are
// under way.
func TestCacheFailsDuringExecution(t *testing.T) {
	t.Parallel()
	s, c, errs := disturbed(t, 41, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.MaxBatchTotalSizeBytes = 300 // each output is a stream
	}}, func(s *reapitest.Server) error {
		for _, method := range []string{"GetActionResult", "Read", "BatchReadBlobs", "FindMissingBlobs"} {
			s.Inject(reapitest.Fault{Method: method, Code: codes.Unavailable, Times: 41})
		}
		return nil
	})
	wantAll(t, s, c, errs, 41)
}
