package action

import "context"

type progressKey struct{}

// WithProgress returns a context for an Executor. Each time the executor learns
// how far an action is, it calls f with whether a worker has begun it. f must not
// wait. A service that doesn't tell (Bazel's worker) counts as if a worker had
// begun. Several functions may be added to one context; each is called.
func WithProgress(ctx context.Context, f func(begun bool)) context.Context {
	return context.WithValue(ctx, progressKey{}, func(begun bool) {
		TellProgress(ctx, begun)
		f(begun)
	})
}

// TellProgress calls the functions that WithProgress has added to a context.
func TellProgress(ctx context.Context, begun bool) {
	if f, ok := ctx.Value(progressKey{}).(func(bool)); ok {
		f(begun)
	}
}
