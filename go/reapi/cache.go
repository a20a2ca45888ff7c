package reapi

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/rpc"
)

// A cache is the Action Cache and the CAS of a service.
type cache struct {
	*services
	actions repb.ActionCacheClient
	blobs   *cas.Client

	oversized atomic.Int64 // entries that were too large to be inlined, less those that weren't
	stored    atomic.Int64 // results of local runs

	mu     sync.Mutex
	broken map[digest.Digest]bool // actions whose cached result can't be used
}

func newCache(s *services, blobs *cas.Client) *cache {
	return &cache{
		services: s,
		actions:  repb.NewActionCacheClient(s.cache.Conn()),
		blobs:    blobs,
		broken:   map[digest.Digest]bool{},
	}
}

// withAction makes calls carry the action that they are made for.
func withAction(ctx context.Context, a *action.Action) context.Context {
	return rpc.WithSubject(ctx, rpc.Subject{ActionID: a.Digest.Hash, Target: a.Subject})
}

// lookup is Client.Lookup.
func (c *cache) lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	if !c.opts.AcceptCached {
		return nil, nil
	}
	if _, err := c.cacheOffer(ctx); err != nil {
		return nil, err
	}
	ctx = withAction(ctx, a)
	p, err := c.entry(ctx, a)
	if err != nil || p == nil {
		return nil, err
	}
	r, err := c.result(ctx, a, p)
	if err != nil {
		if isBroken(err) {
			c.markBroken(a)
			return nil, nil
		}
		return nil, err
	}
	if r.ExitCode != 0 || a.Check(r) != nil {
		r.Done()
		c.markBroken(a)
		return nil, nil
	}
	return r, nil
}

// maxInlined is how large an entry may be in bytes with what it refers to. All
// lookups may get one at the same time, so it bounds their memory, as Reserve does
// for blobs that are fetched. gRPC refuses a larger entry before it takes memory.
const maxInlined = 256 << 10

// entry returns the Action Cache's entry of an action, or nil. It asks for an
// entry with the outputs inlined, unless most of them have been too large.
func (c *cache) entry(ctx context.Context, a *action.Action) (p *repb.ActionResult, err error) {
	request := &repb.GetActionResultRequest{
		InstanceName:   c.opts.Instance,
		ActionDigest:   pb.Digest(a.Digest),
		DigestFunction: pb.Function(c.opts.Function),
	}
	inlining := c.oversized.Load() <= 0
	err = c.services.cache.Call(ctx, rpc.GetActionResult, func(ctx context.Context, _ *rpc.Progress) (err error) {
		if inlining {
			request.InlineStdout, request.InlineStderr, request.InlineOutputFiles = true, true, outputNames(a)
			p, err = c.actions.GetActionResult(ctx, request, grpc.MaxCallRecvMsgSize(maxInlined))
		}
		if !inlining || mayBeInlining(err) {
			if inlining && isTooLargeToInline(err) {
				c.oversized.Add(1)
			}
			inlining = false
			request.InlineStdout, request.InlineStderr, request.InlineOutputFiles = false, false, nil
			p, err = c.actions.GetActionResult(ctx, request)
		}
		switch {
		case status.Code(err) == codes.NotFound, status.Code(err) == codes.DataLoss:
			p, err = nil, nil
		case err == nil && resultSize(p) <= maxInlined:
			c.oversized.Add(-1)
		}
		return err
	})
	return p, err
}

// mayBeInlining reports whether a lookup may have failed because of what was to be
// inlined: it is too large, or an output is damaged (bazel-remote). The lookup is
// then made without inlining, which shows a damaged output.
func mayBeInlining(err error) bool {
	switch status.Code(err) {
	case codes.ResourceExhausted, codes.DataLoss, codes.Unknown, codes.Internal:
		return true
	}
	return false
}

// isTooLargeToInline knows the text of gRPC, on either side.
func isTooLargeToInline(err error) bool {
	return strings.Contains(status.Convert(err).Message(), "larger than max")
}

func outputNames(a *action.Action) []string {
	names := make([]string, len(a.Outputs))
	for i, out := range a.Outputs {
		names[i] = out.Name
	}
	return names
}

// markBroken remembers that the cached result of an action can't be used.
func (c *cache) markBroken(a *action.Action) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken[a.Digest] = true
}

// isMarkedBroken reports whether the service must not use its cached result of an
// action.
func (c *cache) isMarkedBroken(a *action.Action) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken[a.Digest]
}
