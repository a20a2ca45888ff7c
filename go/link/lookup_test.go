package link_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
)

// manyDifferent returns the contents of n modules.
func manyDifferent(n int) []string {
	contents := make([]string, n)
	for i := range contents {
		contents[i] = fmt.Sprintf("c%d", i)
	}
	return contents
}

// requestOf returns the metadata that came with a call.
func requestOf(header metadata.MD) *repb.RequestMetadata {
	m := &repb.RequestMetadata{}
	for _, data := range header.Get("build.bazel.remote.execution.v2.requestmetadata-bin") {
		_ = proto.Unmarshal([]byte(data), m) // what it can't read matches nothing
	}
	return m
}

// If reading a batch of several jobs' blobs fails, all these jobs still hit. If reading
// one job's blobs fails, the others still hit.
func TestFailedBatchKeepsHits(t *testing.T) {
	const jobs = 60
	for _, test := range []struct {
		name    string
		isMeant func(*repb.RequestMetadata) bool
		hits    int // at least
	}{
		{"several jobs'", func(m *repb.RequestMetadata) bool { return m.GetActionId() == "" }, jobs},
		{"any", func(*repb.RequestMetadata) bool { return true }, jobs - 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, manyDifferent(jobs))
			var broken, refused atomic.Bool
			server := service(t, func(o *reapitest.Options) {
				o.Execute = reapitest.Simulate(0)
				o.Authorize = func(method string, header metadata.MD) error {
					isMeant := method == "BatchReadBlobs" && broken.Load() && test.isMeant(requestOf(header))
					if isMeant && refused.CompareAndSwap(false, true) {
						return status.Error(codes.InvalidArgument, "a bad batch")
					}
					return nil
				}
			})
			if s, err := w.link(within(t), setup{strategy: link.Remote, service: server}); err != nil || s.Remote != jobs {
				t.Fatalf("%+v, %v", s, err)
			}
			broken.Store(true)
			for ctx := within(t); !refused.Load(); { // until there was such a batch
				w.clean()
				s, err := w.link(ctx, setup{strategy: link.Local, service: server})
				if err != nil || s.Hits < test.hits || s.Hits+s.Local != jobs || s.RemoteHits != s.Hits {
					t.Fatalf("%+v, %v, refused %v; stderr:\n%s", s, err, refused.Load(), w.stderr())
				}
			}
		})
	}
}

// A compilation that fails while jobs are still looked up ends the lookups: those that
// haven't begun are skipped.
func TestFailureEndsLookups(t *testing.T) {
	for _, strategy := range strategies[1:] {
		t.Run(strategy.name, func(t *testing.T) {
			contents := manyDifferent(link.RemoteLookups + 20)
			contents[0] += " fail"
			w := newWorld(t, contents)
			failed := make(chan struct{})
			server := service(t, func(o *reapitest.Options) {
				o.Latency = 0
				o.Authorize = func(method string, header metadata.MD) error {
					if method != "GetActionResult" || requestOf(header).GetTargetId() == w.file.Jobs[0].Module() {
						return nil
					}
					select {
					case <-failed:
					case <-t.Context().Done():
					}
					return nil
				}
			})
			ctx := within(t)
			go func() {
				defer close(failed)
				// The last line about a failure, printed after it has been counted.
				_ = until(ctx, func() bool { return strings.Contains(w.stderr(), "hint: ") })
			}()
			s, err := w.link(ctx, setup{strategy: strategy.Strategy, service: server})
			w.check(s, err)
			if !errors.Is(err, link.ErrCompilation) || s.Failed != 1 || s.Skipped != s.Jobs-1 {
				t.Errorf("%+v, %v", s, err)
			}
			// One lookup took the first one's place, another waited for a place.
			if n := server.Calls("GetActionResult"); n > link.RemoteLookups+2 {
				t.Errorf("%d lookups", n)
			}
		})
	}
}

// While one lookup is slow, the service is given all other jobs.
func TestSlowLookupHoldsOnlyItsJob(t *testing.T) {
	const jobs = 20
	for _, strategy := range strategies[1:] {
		t.Run(strategy.name, func(t *testing.T) {
			contents := manyDifferent(jobs)
			for i := range contents {
				contents[i] += " await gate" // so that racing has them all executed there
			}
			w := newWorld(t, contents)
			slow := w.file.Jobs[7].Module()
			w.write(slow, []byte(contents[7]+"\n"+strings.Repeat("large ", 1000)))
			ctx := within(t)
			var server *reapitest.Server
			before := make(chan error, 1)
			server = service(t, func(o *reapitest.Options) {
				o.Authorize = func(method string, header metadata.MD) error {
					if method == "GetActionResult" && requestOf(header).GetTargetId() == slow {
						before <- server.WaitCalls(ctx, "Execute", jobs-1)
						return os.WriteFile("gate", nil, 0o644)
					}
					return nil
				}
			})
			s, err := w.link(ctx, setup{strategy: strategy.Strategy, service: server})
			w.check(s, err)
			var waited error
			select {
			case waited = <-before:
			case <-ctx.Done():
				waited = ctx.Err()
			}
			if err != nil || waited != nil {
				t.Errorf("%+v, %v; executions before the lookup was answered: %v", s, err, waited)
			}
		})
	}
}

// A user who may read but not execute gets all hits, also those that are looked up after
// the first execution was refused.
func TestExecutionRefusedKeepsHits(t *testing.T) {
	const jobs = 20
	w := newWorld(t, manyDifferent(jobs))
	ctx := within(t)
	var unknown atomic.Pointer[string] // the module of the one job that nobody knows
	server := service(t, func(o *reapitest.Options) {
		o.Authorize = func(method string, header metadata.MD) error {
			module := unknown.Load()
			switch {
			case module == nil:
			case method == "Execute":
				return status.Error(codes.PermissionDenied, "readers only")
			case method == "GetActionResult" && requestOf(header).GetTargetId() != *module:
				return until(ctx, func() bool { return strings.Contains(w.stderr(), "readers only") })
			}
			return nil
		}
	})
	if s, err := w.link(ctx, setup{strategy: link.Remote, service: server}); err != nil || s.Remote != jobs {
		t.Fatalf("%+v, %v", s, err)
	}
	w.clean()
	w.contents[3] = "another"
	w.write(w.file.Jobs[3].Module(), []byte(w.contents[3]+"\n"))
	module := w.file.Jobs[3].Module()
	unknown.Store(&module)
	s, err := w.link(ctx, setup{strategy: link.Fallback, service: server})
	w.check(s, err)
	if err != nil || s.RemoteHits != jobs-1 || s.Local != 1 || s.Fallbacks != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}
