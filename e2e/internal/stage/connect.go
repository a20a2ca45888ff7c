//go:build linux

package stage

import (
	"context"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// Connect returns a connection to a worker and a context for calls by it, which
// carries RequestMetadata. Both end with the test.
func Connect(t testing.TB, addr string) (context.Context, *grpc.ClientConn) {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	caller, err := proto.Marshal(&repb.RequestMetadata{
		ToolDetails:      &repb.ToolDetails{ToolName: "thinrex-e2e", ToolVersion: "0"},
		ToolInvocationId: t.Name(),
		ActionId:         "none",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	const header = "build.bazel.remote.execution.v2.requestmetadata-bin"
	return metadata.AppendToOutgoingContext(ctx, header, string(caller)), conn
}

// wakeUp waits for a worker's first answer. A Java program takes seconds for it on a
// busy machine; thinrex would give up on the service by then, and link without it.
func (w *worker) wakeUp(t testing.TB) {
	t.Helper()
	ctx, conn := Connect(t, w.addr)
	if _, err := repb.NewCapabilitiesClient(conn).GetCapabilities(ctx, &repb.GetCapabilitiesRequest{}); err != nil {
		t.Fatalf("the remote worker's first answer: %v\n%s", err, w.log())
	}
}
