package link

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"thinrex/go/action"
)

// uploads stores results of this machine in the remote cache while the link goes on. The
// linker waits for them only at its end, unless too much is under way.
type uploads struct {
	options Options
	remote  *cache
	awaited *awaited
	tally   *tally

	storing context.Context // of all uploads
	giveUp  context.CancelFunc
	running sync.WaitGroup
	memory  *semaphore.Weighted // bytes of results on their way
}

func newUploads(ctx context.Context, o Options, remote *cache, w *awaited, t *tally) *uploads {
	u := &uploads{options: o, remote: remote, awaited: w, tally: t, memory: semaphore.NewWeighted(uploadsAtOnce)}
	u.storing, u.giveUp = context.WithCancel(ctx)
	return u
}

// wants reports whether a result is to be stored in the remote cache.
func (u *uploads) wants(r *action.Result) bool {
	return u.options.Remote != nil && !u.awaited.isUnheard() && u.options.Remote.Wants(r)
}

// add begins to store a result in the remote cache. stored says whether the disk cache
// has it already: a result that neither has is counted as uncached.
func (u *uploads) add(ctx context.Context, a *action.Action, r *action.Result, stored bool) {
	size := int64(0)
	for _, out := range r.Outputs {
		size += int64(len(out.Data))
	}
	size = min(size, uploadsAtOnce)
	if u.memory.Acquire(ctx, size) != nil {
		return // the link has ended
	}
	end := u.awaited.store()
	u.running.Go(func() {
		defer u.memory.Release(size)
		defer end()
		if !u.remote.store(u.storing, a, r) && !stored {
			u.tally.uncached()
		}
	})
}

// wait returns when the results are stored. A CAS that hasn't answered anything in
// this link is waited for no longer than Options.Patience: all jobs are done, and
// the linker would wait for --remote_timeout. The first request to a CAS
// (FindMissingBlobs) is a small one, so a slow connection isn't taken for a silent
// CAS.
func (u *uploads) wait() {
	defer u.giveUp()
	done := make(chan struct{})
	go func() {
		defer close(done)
		u.running.Wait()
	}()
	defer func() { <-done }()
	patience := u.options.Patience
	if u.options.Remote == nil || patience <= 0 {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-timer.C:
	}
	if err := u.options.Remote.SilentCAS(); err != nil && u.awaited.storing() {
		u.remote.failed("write to", fmt.Errorf("%w within %v", err, patience))
		u.giveUp()
	}
}
