//go:build unix

package credential

import (
	"context"
	"net"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// A real server gets the helper's headers, and the helper gets gRPC's URI.
func TestOverGRPC(t *testing.T) {
	var seen metadata.MD
	answer := func(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		seen, _ = metadata.FromIncomingContext(ctx)
		return new(repb.ServerCapabilities), nil
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(answer))
	repb.RegisterCapabilitiesServer(server, repb.UnimplementedCapabilitiesServer{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()
	defer func() { server.Stop(); <-served }()

	call := func(text string) error {
		s, err := New("127.0.0.1", Options{Helpers: []string{script(t, "helper", text)}, HelperTimeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		conn, err := grpc.NewClient(listener.Addr().String(),
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithPerRPCCredentials(s))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, err = repb.NewCapabilitiesClient(conn).GetCapabilities(t.Context(), &repb.GetCapabilitiesRequest{})
		return err
	}

	err = call(`uri=$(sed 's/.*https/https/;s/".*//')
echo '{"headers":{"Authorization":["Bearer ` + secret + `"],"x-a":["1","2"],"t-bin":["AAH/"],"x-uri":["'$uri'"]}}'`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"authorization": "Bearer " + secret,
		"x-a":           "1, 2",
		"t-bin":         "\x00\x01\xff",
		"x-uri":         "https://" + listener.Addr().String() + "/build.bazel.remote.execution.v2.Capabilities",
	} {
		if diff := cmp.Diff([]string{want}, seen.Get(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	seen = nil
	if err := call("echo '" + reply + "'; exit 1"); status.Code(err) != codes.Unauthenticated || seen != nil {
		t.Errorf("failing helper: %v", err)
	}
}
