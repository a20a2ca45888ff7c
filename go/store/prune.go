package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// grace keeps what was used within the last hour, whatever the policy says. A
// link has read its hits long before it ends; but it may have found a blob
// there that a result needs, and not yet stored that result.
const grace = time.Hour

// An Amount is so many files and their bytes.
type Amount struct{ Files, Bytes uint64 }

func (a *Amount) add(c *candidate) {
	a.Files++
	a.Bytes += c.size
}

func amountOf(files []candidate) (sum Amount) {
	for i := range files {
		sum.add(&files[i])
	}
	return sum
}

// Stats say what Prune did.
type Stats struct {
	Ran     bool   // false: it wasn't due, or another process is at it
	Removed Amount // or, in a dry run, what would have been
	Spared  Amount // should have gone, but for having been used so recently
	Left    Amount // as far as known: all of it after a forced run
	Failed  int    // files and folders that couldn't be read or removed
	Failure error  // the first of them
}

// Prune removes the least recently used files until the folder is within the
// policy: those that are too old, and then as many as the limits ask for. It
// keeps what was used within the last hour, and files that no store makes.
// Links may go on meanwhile: at worst they miss. What can't be read or removed
// is counted, and it goes on with the rest.
//
// Unless it is forced, it does nothing when the policy's interval hasn't passed
// or another process is pruning; a forced run waits for that one. If ctx has a
// deadline, it does what time allows, which is no error. The next call goes on
// there; the interval begins when all is done.
func (s *Store) Prune(ctx context.Context, policy Policy, force bool) (stats Stats, err error) {
	due := func() bool { return force || policy.asksForPruning() && s.isDue(policy.Interval) }
	if !due() {
		return stats, nil
	}
	lock, err := s.lockPruning(ctx, force)
	if err != nil {
		return stats, fmt.Errorf("prune the cache: %w", err)
	}
	if lock == nil {
		return stats, nil
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if !due() { // another process was faster
		return stats, nil
	}
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		removeStale(filepath.Join(folderOf(s.root, f), tmpFolder))
	}
	p := s.pruner(policy, loadState(s.stateFile(memo.PruneState)), os.Remove)
	err = p.run(ctx, force)
	if p.state.Left == 0 { // once in a round
		for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
			memo.Sweep(ctx, StateDir(s.root, f), policy.After)
		}
	}
	if err = errors.Join(err, s.saveState(p.state)); err != nil {
		err = fmt.Errorf("prune %s: %w", s.root, err)
	}
	return p.stats, err
}

// DryRun says what a forced Prune would do. It changes nothing.
func (s *Store) DryRun(ctx context.Context, policy Policy) (Stats, error) {
	p := s.pruner(policy, new(pruneState), func(string) error { return nil })
	err := p.run(ctx, true)
	if err != nil {
		err = fmt.Errorf("look through %s: %w", s.root, err)
	}
	return p.stats, err
}

func (p Policy) asksForPruning() bool {
	return p.After > 0 || p.SizePercent > 0 || p.SizeBytes > 0 || p.SizeFiles > 0
}
