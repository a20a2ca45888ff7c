package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
	"thinrex/go/report"
	"thinrex/go/store"
)

// openStore returns the disk cache of a link or a compilation, or nil if there is
// none. A folder that can't be used costs a warning and the hits, not the link.
func openStore(dir string, function digest.Function, terminal *report.Terminal) *store.Store {
	if dir == "" {
		return nil
	}
	s, err := store.Open(dir, function)
	if err != nil {
		terminal.WarnOnce("cache", "can't use the cache, going on without: %v", err)
		return nil
	}
	return s
}

// stateDir returns the folder of what thinrex remembers about this machine. It is
// in the disk cache or, without one, where that would be by default: else each
// process would hash the compiler anew, which takes some 0.2 s. It is "" if no home
// folder is known.
func stateDir(s *store.Store, f digest.Function) string {
	if s != nil {
		return s.StateDir()
	}
	dir := store.DefaultDir()
	if dir == "" {
		return ""
	}
	return store.StateDir(dir, f)
}

// pruneAfterLink keeps the cache within its policy, when that is due. It takes at
// most a tenth of the link's own time: a link whose jobs are all in the cache adds
// nothing to it, and isn't delayed.
func pruneAfterLink(
	ctx context.Context, s *store.Store, policy store.Policy, started time.Time, terminal *report.Terminal,
) {
	limit := min(max(time.Since(started)/10, 20*time.Millisecond), time.Second)
	pruneFor(ctx, s, policy, limit, terminal)
}

// pruneAfterCompilation does the same in less time, as a build has many
// compilations. It is called only for those that stored something: a hit doesn't
// even look whether pruning is due.
func pruneAfterCompilation(
	ctx context.Context, s *store.Store, policy store.Policy, started time.Time, terminal *report.Terminal,
) {
	limit := min(max(time.Since(started)/20, 20*time.Millisecond), 200*time.Millisecond)
	pruneFor(ctx, s, policy, limit, terminal)
}

func pruneFor(
	ctx context.Context, s *store.Store, policy store.Policy, limit time.Duration, terminal *report.Terminal,
) {
	if s == nil {
		return
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stats, err := s.Prune(limited, policy, false)
	switch {
	case ctx.Err() != nil:
		// the link or compilation was stopped: a later one prunes
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		terminal.Verbose("can't prune the cache: %v", err) // it is someone else's, who prunes it
	case err != nil:
		terminal.WarnOnce("prune", "can't prune the cache, so that it grows: %v", err)
	case stats.Failed > 0:
		terminal.WarnOnce("prune", "pruning the cache: %d files or folders couldn't be read or removed, the first: %v",
			stats.Failed, stats.Failure)
	case stats.Removed.Files > 0:
		terminal.Verbose("pruned the cache: removed %s", amountText(stats.Removed))
	}
}

// sweepState removes what is old in a state folder that no store prunes.
func sweepState(ctx context.Context, s *store.Store, stateDir string, policy store.Policy) {
	if s != nil || stateDir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	memo.SweepWhenDue(ctx, stateDir, policy.After, policy.Interval)
}

func amountText(a store.Amount) string {
	files := fmt.Sprintf("%d files", a.Files)
	if a.Files == 1 {
		files = "1 file"
	}
	return fmt.Sprintf("%s (%s)", files, sizeText(a.Bytes))
}

// sizeText prints a size in the units of a policy.
func sizeText(bytes uint64) string {
	if bytes < 1<<10 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	amount, unit := float64(bytes)/(1<<10), 0
	for ; amount >= 1000 && unit < 2; unit++ {
		amount /= 1 << 10
	}
	return fmt.Sprintf("%.1f%c", amount, "kmg"[unit])
}
