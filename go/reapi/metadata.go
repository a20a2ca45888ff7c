package reapi

import (
	"context"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
)

type actionKey struct{}

// withAction makes calls carry the action that they are made for.
func withAction(ctx context.Context, a *action.Action) context.Context {
	return context.WithValue(ctx, actionKey{}, a)
}

const metadataHeader = "build.bazel.remote.execution.v2.requestmetadata-bin"

// outgoing adds to a call what goes with each: headers, and whose it is.
func (e *endpoint) outgoing(ctx context.Context, method string) context.Context {
	m := &repb.RequestMetadata{
		ToolDetails:      &repb.ToolDetails{ToolName: "thinrex", ToolVersion: e.opts.Version},
		ToolInvocationId: e.opts.Invocation,
		ActionMnemonic:   e.opts.Mnemonic,
	}
	if a, ok := ctx.Value(actionKey{}).(*action.Action); ok {
		m.ActionId, m.TargetId = a.Digest.Hash, strings.ToValidUTF8(a.Subject, "?")
	}
	data, _ := proto.Marshal(m) // fails only for strings that aren't UTF-8
	md := e.headers.of(method).Copy()
	md.Set(metadataHeader, string(data))
	return metadata.NewOutgoingContext(ctx, md)
}
