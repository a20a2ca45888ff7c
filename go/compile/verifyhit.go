package compile

import (
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"time"

	"thinrex/go/action"
	"thinrex/go/compile/searchpath"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// mayDeliver reports whether a hit may be delivered. With --verify_hits, some are compiled
// again first, once or twice: see action.Judge. A hit that is wrong is removed from the disk
// cache, and counts as a miss.
func (l *lookup) mayDeliver(ctx context.Context, from action.Cache, it candidate, hit *action.Result) bool {
	if rand.N(100) >= l.options.VerifyHits {
		return true
	}
	verdict, err := action.Judge(hit.OutputsSum(), func() (sum [sha256.Size]byte, err error) {
		r, err := l.compileAgain(ctx)
		if err == nil {
			err = r.ExitError()
		}
		if err != nil {
			return sum, err
		}
		return r.OutputsSum(), nil
	})
	switch {
	case ctx.Err() != nil:
		return false
	case err != nil:
		l.warn("can't be verified: it doesn't compile here: %v; the cached object is used", err)
		return true
	case verdict == action.Right:
		return true
	case verdict == action.NotDeterministic:
		l.warn("the compiler isn't deterministic: two compilations here differ; the cached object is used")
		return true
	}
	if l.isStill(ctx, it) {
		l.dismiss(from, it)
	}
	return false
}

// compileAgain compiles without looking anything up.
func (l *lookup) compileAgain(ctx context.Context) (*action.Result, error) {
	x, err := newExecution(l.request, &caches{verbose: l.verbose}, time.Now())
	if err != nil {
		return nil, err
	}
	defer x.close()
	r, _, err := x.compile(ctx)
	return r, err
}

// isStill reports whether a candidate's files are as they were when it was looked up. If
// not, what was compiled since then says nothing about its result.
func (l *lookup) isStill(ctx context.Context, it candidate) bool {
	now, err := l.candidate(ctx, filedigest.Open("", l.options.Function), it.alternative)
	return err == nil && now.action.Digest == it.action.Digest && searchpath.Hold(ctx, it.conditions)
}

// dismiss removes a wrong result from the disk cache. A remote cache stays as it is, and
// doesn't get the right one either: others use it.
func (l *lookup) dismiss(from action.Cache, it candidate) {
	l.caches.distrusted = true
	const wrong = "the entry %v in the %s cache is wrong: two compilations here agree, and it differs; "
	if from != l.caches.local {
		l.caches.remote, l.caches.openRemote = nil, nil
		l.warn(wrong+"it stays there: have it removed from the Action Cache, or replace it by a compilation with "+
			"--disk_cache= --remote_accept_cached=false --remote_upload_local_results=true", it.action.Digest, "remote")
		return
	}
	err := errors.ErrUnsupported
	if disk, ok := from.(interface{ Remove(digest.Digest) error }); ok {
		err = disk.Remove(it.action.Digest)
	}
	if err != nil {
		l.warn(wrong+"it couldn't be removed: %v", it.action.Digest, "disk", err)
		return
	}
	l.warn(wrong+"it was removed", it.action.Digest, "disk")
}

func (l *lookup) warn(format string, args ...any) {
	l.options.Warn("%s: "+format, append([]any{l.in.Source}, args...)...)
}
