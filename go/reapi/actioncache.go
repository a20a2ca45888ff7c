package reapi

import (
	"context"
	"errors"
	"fmt"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
)

// Lookup returns the cached result of an action, or nil. The caller says when
// it is done with it. An entry whose blobs are gone, or that isn't a result of
// this action, counts as absent; Execute then doesn't ask the cache again.
func (c *Client) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
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

// maxInlined is how large an entry may be with what it refers to. All lookups
// may get one at a time, so this bounds what they take, as hold does with what
// is fetched by itself. gRPC refuses a larger one before it takes memory.
const maxInlined = 256 << 10

// entry returns what the Action Cache has for an action, or nil.
func (c *Client) entry(ctx context.Context, a *action.Action) (p *repb.ActionResult, err error) {
	request := &repb.GetActionResultRequest{
		InstanceName: c.opts.Instance, ActionDigest: a.Digest.Proto(), DigestFunction: c.opts.Function.Proto(),
	}
	inlining := c.oversized.Load() <= 0 // most have not been too large
	err = c.cache.call(ctx, "GetActionResult", func(ctx context.Context, _ *pulse) (err error) {
		if inlining {
			request.InlineStdout, request.InlineStderr, request.InlineOutputFiles = true, true, outputNames(a)
			p, err = c.ac.GetActionResult(ctx, request, grpc.MaxCallRecvMsgSize(maxInlined))
		}
		if code := status.Code(err); !inlining || code == codes.ResourceExhausted || code == codes.DataLoss ||
			code == codes.Unknown || code == codes.Internal {
			// Too large, or an output is damaged (bazel-remote): it will be seen which.
			if inlining && strings.Contains(status.Convert(err).Message(), "larger than max") { // gRPC's words, here or there
				c.oversized.Add(1)
			}
			inlining = false
			request.InlineStdout, request.InlineStderr, request.InlineOutputFiles = false, false, nil
			p, err = c.ac.GetActionResult(ctx, request)
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

func outputNames(a *action.Action) []string {
	names := make([]string, len(a.Outputs))
	for i, out := range a.Outputs {
		names[i] = out.Name
	}
	return names
}

// Keeps reports whether results of local runs are to be stored.
func (c *Client) Keeps() bool {
	offer, err := c.cacheOffer(c.ctx)
	return err == nil && c.keeps(offer)
}

func (c *Client) keeps(offer *offer) bool {
	switch c.opts.Upload {
	case UploadNever:
		return false
	case UploadAlways:
		return true
	}
	return offer.updatesActionCache && !c.leavesItToWorkers(offer)
}

// leavesItToWorkers reports whether the service's own workers store results, so
// that a machine with a strange compiler can't spoil the cache of all. Where
// only a cache was asked for, nobody else may ever store what this machine
// compiles, whether the service could execute it or not.
func (c *Client) leavesItToWorkers(offer *offer) bool {
	return offer.executes && (c.exec != nil || c.opts.Workers)
}

// Storing says in a sentence what became of results of local runs, at the end of
// a link that had some. It doesn't wait: a service that has said nothing until
// then would hold the link's end until --remote_timeout.
func (c *Client) Storing() string {
	ended, cancel := context.WithCancelCause(c.ctx)
	cancel(c.cache.failure("GetCapabilities", errNoAnswer))
	offer, err := c.cacheOffer(ended)
	const not = "results compiled here aren't stored in "
	switch {
	case err != nil:
		return fmt.Sprintf("%sthe remote cache: %v", not, err)
	case c.opts.Upload == UploadNever:
		return not + c.cache.text + ": --remote_upload_local_results=false"
	case !offer.updatesActionCache:
		return not + c.cache.text + ": it doesn't let us"
	case !c.keeps(offer):
		return not + c.cache.text + ": its workers store theirs (--remote_upload_local_results=true stores ours, too)"
	}
	if c.stored.Load() == 0 { // a warning has said why
		return "none of the results compiled here could be stored in " + c.cache.text
	}
	return "results compiled here are stored in " + c.cache.text
}

// Wants reports whether the result of a local run is to be given to Store: to
// be kept, or because the service has damaged bytes in place of its own.
func (c *Client) Wants(r *action.Result) bool {
	if c.Keeps() {
		return true
	}
	return c.opts.Upload != UploadNever && c.damage.any() && len(c.damage.of(c.blobsOfResult(r))) > 0
}

func (c *Client) blobsOfResult(r *action.Result) (blobs []Blob) {
	_, data := r.Proto(c.opts.Function)
	for d, bytes := range data {
		blobs = append(blobs, Blob{Digest: d, Data: bytes})
	}
	return blobs
}

// Store keeps the result of a local run, if that is wanted of this service:
// its blobs first, so that the entry never refers to what isn't there. What
// of them is damaged there is replaced in any case.
func (c *Client) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	offer, err := c.cacheOffer(ctx)
	if err != nil {
		return err
	}
	if c.opts.Upload == UploadNever {
		return nil
	}
	ctx = withAction(ctx, a)
	if c.damage.any() {
		if err := c.mendResult(ctx, r); err != nil {
			return err
		}
	}
	if !c.Keeps() {
		return nil
	}
	if !offer.updatesActionCache {
		return fmt.Errorf("%s: the service doesn't let us store results (--remote_upload_local_results=true)", c.cache.text)
	}
	p, data := r.Proto(c.opts.Function)
	blobs := commandBlobs(a) // the API wants them there, too
	for d, bytes := range data {
		blobs = append(blobs, Blob{Digest: d, Data: bytes})
	}
	if err := c.uploads.upload(ctx, blobs); err != nil {
		return err
	}
	err = c.cache.call(ctx, "UpdateActionResult", func(ctx context.Context, _ *pulse) error {
		_, err := c.ac.UpdateActionResult(ctx, &repb.UpdateActionResultRequest{
			InstanceName: c.opts.Instance, ActionDigest: a.Digest.Proto(), ActionResult: p, DigestFunction: c.opts.Function.Proto(),
		})
		return err
	})
	if err == nil {
		c.stored.Add(1)
	}
	return err
}

// errBroken says that a result isn't one, or that its blobs are gone.
var errBroken = errors.New("broken result")

func isBroken(err error) bool { return errors.Is(err, errBroken) }

// result fetches and verifies what p refers to. The caller says when it is
// done with it.
func (c *Client) result(ctx context.Context, a *action.Action, p *repb.ActionResult) (*action.Result, error) {
	release, err := c.hold(ctx, resultSize(p))
	if err != nil {
		return nil, err
	}
	blobs, err := c.fetchAll(ctx, a, p)
	if err != nil {
		release()
		return nil, err
	}
	r, err := action.ResultFromProto(p, blobs.get)
	if err != nil {
		release()
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	r.Release = release
	return r, nil
}

func (c *Client) markBroken(a *action.Action) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken[a.Digest] = true
}

func (c *Client) isBroken(a *action.Action) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken[a.Digest]
}
