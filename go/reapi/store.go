package reapi

import (
	"context"
	"fmt"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/reapi/rpc"
)

// keepsResults is Client.Keeps. It waits until the service has told its
// capabilities.
func (c *cache) keepsResults() bool {
	offer, err := c.cacheOffer(c.ctx)
	return err == nil && c.keepsWith(offer)
}

// keepsWith reports whether results of local runs are to be stored in a service
// with an offer.
func (c *cache) keepsWith(offer *offer) bool {
	switch c.opts.Upload {
	case remoteflags.UploadNever:
		return false
	case remoteflags.UploadAlways:
		return true
	}
	return offer.updatesActionCache && !c.workersStore(offer)
}

// workersStore reports whether storing results is left to the service's own
// workers, so that a machine with a strange compiler can't spoil the cache of all
// users. Where only a cache was asked for, no worker may ever store what this
// machine compiles, even if the service could execute it.
func (c *cache) workersStore(offer *offer) bool {
	return offer.executes && (c.exec != nil || c.opts.Workers)
}

// describeStoring is Client.Storing.
func (c *cache) describeStoring() string {
	ended, cancel := context.WithCancelCause(c.ctx)
	cancel(c.services.cache.Failure(rpc.GetCapabilities, rpc.ErrNoAnswer))
	offer, err := c.cacheOffer(ended)
	address := c.services.cache.Address()
	const not = "results compiled here aren't stored in "
	switch {
	case err != nil:
		return fmt.Sprintf("%sthe remote cache: %v", not, err)
	case c.opts.Upload == remoteflags.UploadNever:
		return not + address + ": --remote_upload_local_results=false"
	case !offer.updatesActionCache:
		return not + address + ": it doesn't allow that to this user"
	case !c.keepsWith(offer):
		return not + address + ": its workers store theirs (--remote_upload_local_results=true stores ours, too)"
	}
	if c.stored.Load() == 0 { // a warning has said why
		return "none of the results compiled here could be stored in " + address
	}
	return "results compiled here are stored in " + address
}

// keeps reports whether a result is to be stored in a service with an offer. One that a
// worker made, or that the service already had under another key, is trusted by all
// users: it needs no more than the service's permission.
func (c *cache) keeps(offer *offer, r *action.Result) bool {
	if r.Service != "" {
		return c.opts.Upload != remoteflags.UploadNever && offer.updatesActionCache
	}
	return c.keepsWith(offer)
}

// wants is Client.Wants.
func (c *cache) wants(r *action.Result) bool {
	if offer, err := c.cacheOffer(c.ctx); err == nil && c.keeps(offer, r) {
		return true
	}
	return c.opts.Upload != remoteflags.UploadNever && c.blobs.KnowsDamage() && len(c.blobs.Damaged(c.resultBlobs(r))) > 0
}

// resultBlobs returns the blobs that a result refers to.
func (c *cache) resultBlobs(r *action.Result) (blobs []cas.Blob) {
	_, data := pb.Result(r, c.opts.Function)
	for d, bytes := range data {
		blobs = append(blobs, cas.Blob{Digest: d, Data: bytes})
	}
	return blobs
}

// store is Client.Store.
func (c *cache) store(ctx context.Context, a *action.Action, r *action.Result) error {
	offer, err := c.cacheOffer(ctx)
	if err != nil {
		return err
	}
	if c.opts.Upload == remoteflags.UploadNever {
		return nil
	}
	ctx = withAction(ctx, a)
	if c.blobs.KnowsDamage() {
		if err := c.mendResult(ctx, r); err != nil {
			return err
		}
	}
	if !c.keeps(offer, r) {
		return nil
	}
	if !offer.updatesActionCache {
		return fmt.Errorf("%s: the service doesn't allow storing results to this user (--remote_upload_local_results=true)",
			c.services.cache.Address())
	}
	p, data := pb.Result(r, c.opts.Function)
	blobs := commandBlobs(a) // the API requires them, too
	for d, bytes := range data {
		blobs = append(blobs, cas.Blob{Digest: d, Data: bytes})
	}
	if err := c.blobs.Upload(ctx, blobs); err != nil {
		return err
	}
	err = c.services.cache.Call(ctx, rpc.UpdateActionResult, func(ctx context.Context, _ *rpc.Progress) error {
		_, err := c.actions.UpdateActionResult(ctx, &repb.UpdateActionResultRequest{
			InstanceName:   c.opts.Instance,
			ActionDigest:   pb.Digest(a.Digest),
			ActionResult:   p,
			DigestFunction: pb.Function(c.opts.Function),
		})
		return err
	})
	if err == nil {
		c.stored.Add(1)
	}
	return err
}

// mendResult replaces those of a result's blobs that are damaged in the CAS.
func (c *cache) mendResult(ctx context.Context, r *action.Result) error {
	damaged := c.blobs.Damaged(c.resultBlobs(r))
	if len(damaged) == 0 {
		return nil
	}
	_, err := c.blobs.Mend(ctx, damaged, time.Time{}, false)
	return err
}
