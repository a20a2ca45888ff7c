package reapi_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"thinrex/go/reapi"
)

// A dated server tells its capabilities, and the time by its own clock.
type dated struct {
	repb.UnimplementedCapabilitiesServer
	clock func() string
}

func (d dated) GetCapabilities(ctx context.Context, _ *repb.GetCapabilitiesRequest) (*repb.ServerCapabilities, error) {
	if date := d.clock(); date != "" {
		if err := grpc.SetHeader(ctx, metadata.Pairs("date", date)); err != nil {
			return nil, err
		}
	}
	return &repb.ServerCapabilities{}, nil
}

// A probe tells how far the service's clock is ahead, if its answers have a date.
func TestProbeClock(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) func() string {
		return func() string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	}
	for name, tc := range map[string]struct {
		clock func() string
		ahead time.Duration
		known bool
	}{
		"ahead":   {in(24 * time.Hour), 24 * time.Hour, true},
		"behind":  {in(-24 * time.Hour), -24 * time.Hour, true},
		"no date": {func() string { return "" }, 0, false},
		"no time": {func() string { return "yesterday" }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := grpc.NewServer()
			repb.RegisterCapabilitiesServer(server, dated{clock: tc.clock})
			served := make(chan error)
			go func() { served <- server.Serve(listener) }()
			defer func() {
				server.Stop()
				if err := <-served; err != nil {
					t.Error(err)
				}
			}()
			o := options(t, nil)
			o.Executor, o.Cache = "", "grpc://"+listener.Addr().String()
			probes, err := reapi.ProbeAll(within(t), o)
			if err != nil || len(probes) != 1 || probes[0].Err != nil {
				t.Fatalf("%v, %v", probes, err)
			}
			// A call may take any time on a busy machine: hours tell clocks apart.
			p := probes[0]
			if p.HasClock != tc.known || (p.Ahead-tc.ahead).Abs() > time.Hour {
				t.Errorf("clock %v, ahead by %v", p.HasClock, p.Ahead)
			}
		})
	}
}
