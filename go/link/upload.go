package link

import (
	"context"
	"fmt"
	"time"

	"thinrex/go/action"
)

// uploadsAtOnce bounds the results that are on their way to the remote cache,
// in bytes of memory.
const uploadsAtOnce = 128 << 20

// upload stores a result in the remote cache. The linker needn't wait for it
// now, unless too much is under way.
func (c *conductor) upload(ctx context.Context, a *action.Action, r *action.Result, stored bool) {
	size := int64(0)
	for _, out := range r.Outputs {
		size += int64(len(out.Data))
	}
	size = min(size, uploadsAtOnce)
	if c.uploading.Acquire(ctx, size) != nil {
		return // the group knows why
	}
	end := c.awaited.store()
	c.uploads.Go(func() {
		defer c.uploading.Release(size)
		defer end()
		if !c.keep(c.storing, c.Remote, a, r) && !stored {
			c.uncached()
		}
	})
}

// waitForUploads returns when the results are stored. A CAS that hasn't answered
// anything in this link is waited for no longer than Options.Patience: all jobs
// are done, and the linker would wait for --remote_timeout. Its first question
// (FindMissingBlobs) is a small one, so a slow connection isn't taken for it.
func (c *conductor) waitForUploads(giveUp context.CancelFunc) {
	defer giveUp()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.uploads.Wait()
	}()
	defer func() { <-done }()
	if c.Remote == nil || c.Patience <= 0 {
		return
	}
	patience := time.NewTimer(c.Patience)
	defer patience.Stop()
	select {
	case <-done:
		return
	case <-patience.C:
	}
	if err := c.Remote.SilentCAS(); err != nil && c.awaited.storing() {
		c.cacheFailed(c.Remote, "write to", fmt.Errorf("%w within %v", err, c.Patience))
		giveUp()
	}
}
