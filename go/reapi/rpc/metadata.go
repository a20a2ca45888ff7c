package rpc

import (
	"context"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// A Subject is the action that a call is made for. Services show it beside the
// call.
type Subject struct {
	ActionID string // the hash of the action's digest
	Target   string // the user's module or source file
}

type subjectKey struct{}

// WithSubject makes calls carry their subject.
func WithSubject(ctx context.Context, s Subject) context.Context {
	return context.WithValue(ctx, subjectKey{}, s)
}

// SubjectOf returns the subject of calls with a context, zero for none.
func SubjectOf(ctx context.Context) Subject {
	s, _ := ctx.Value(subjectKey{}).(Subject)
	return s
}

const metadataHeader = "build.bazel.remote.execution.v2.requestmetadata-bin"

// withHeaders adds to a call the user's headers, and the metadata that name
// thinrex, the link and the action.
func (e *Endpoint) withHeaders(ctx context.Context, m Method) context.Context {
	subject := SubjectOf(ctx)
	data, _ := proto.Marshal(&repb.RequestMetadata{ // fails only for strings that aren't UTF-8
		ToolDetails:      &repb.ToolDetails{ToolName: "thinrex", ToolVersion: e.opts.Version},
		ToolInvocationId: e.opts.Invocation,
		ActionMnemonic:   e.opts.Mnemonic,
		ActionId:         subject.ActionID,
		TargetId:         strings.ToValidUTF8(subject.Target, "?"),
	})
	md := e.headers.of(m).Copy()
	md.Set(metadataHeader, string(data))
	return metadata.NewOutgoingContext(ctx, md)
}
