package rpc_test

import (
	"context"
	"flag"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"go.uber.org/goleak"

	"thinrex/go/reapi/remoteflags"
	"thinrex/go/reapi/rpc"
)

func TestMain(m *testing.M) {
	// Most tests wait for a pause or a timeout, so many more than one for each core may run.
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	// glog, which the SDK logs with, flushes as long as the process lives.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

type edit = func(*rpc.Options)

// dial prepares connections to an address that end with the test. Without edits it
// retries little, and is patient with a machine that is slow to connect.
func dial(t *testing.T, address string, edits ...edit) (*rpc.Service, error) {
	t.Helper()
	o := &rpc.Options{
		Connection:    remoteflags.Connection{Timeout: time.Minute, Retries: 2},
		Indispensable: true,
		Version:       "1.2.3",
		Warn:          func(_, format string, args ...any) { t.Errorf("warned: "+format, args...) },
	}
	for _, edit := range edits {
		edit(o)
	}
	e, err := rpc.Dial(t.Context(), rpc.Target{Flag: "remote_cache", Address: address}, o)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e.Service(t.Context(), 0), nil
}

// capabilities makes one call of a service.
func capabilities(t *testing.T, s *rpc.Service) error {
	return s.Call(t.Context(), rpc.GetCapabilities, func(ctx context.Context, _ *rpc.Progress) error {
		_, err := repb.NewCapabilitiesClient(s.Conn()).GetCapabilities(ctx, &repb.GetCapabilitiesRequest{})
		return s.Diagnose(ctx, err)
	})
}

// reach dials an address and makes one call.
func reach(t *testing.T, address string, edits ...edit) error {
	t.Helper()
	s, err := dial(t, address, edits...)
	if err != nil {
		return err
	}
	return capabilities(t, s)
}

// must is for what a test doesn't expect to fail.
func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
