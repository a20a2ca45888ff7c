package reapi

import (
	"context"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
)

type newsKey struct{}

// WithNews returns a context for Execute. Each time the service says how far
// an execution is, f learns whether a worker has begun it; f must not wait.
// Services that don't tell (Bazel's worker) count as if one had.
func WithNews(ctx context.Context, f func(begun bool)) context.Context {
	before, _ := ctx.Value(newsKey{}).(func(bool))
	return context.WithValue(ctx, newsKey{}, func(begun bool) {
		if before != nil {
			before(begun)
		}
		f(begun)
	})
}

// tellStage passes on what a service has said of an execution.
func tellStage(ctx context.Context, stage repb.ExecutionStage_Value) {
	if f, ok := ctx.Value(newsKey{}).(func(bool)); ok {
		f(stage != repb.ExecutionStage_QUEUED && stage != repb.ExecutionStage_CACHE_CHECK)
	}
}
