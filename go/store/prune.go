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

// grace is how long a file is kept after its last use, whatever the policy says. A link
// that stores a result leaves out the blobs that are there already. If one of them went
// before the link has stored the result's entry, the entry would be broken.
const grace = time.Hour

// An Amount is a number of files and the sum of their sizes.
type Amount struct{ Files, Bytes uint64 }

// Add adds another amount.
func (a *Amount) Add(b Amount) {
	a.Files += b.Files
	a.Bytes += b.Bytes
}

func (a *Amount) add(c *candidate) { a.Add(Amount{1, c.size}) }

func amountOf(files []candidate) (sum Amount) {
	for i := range files {
		sum.add(&files[i])
	}
	return sum
}

// Stats say what Prune did, or what a dry run would have done.
type Stats struct {
	Ran     bool // false if no pruning was due, or if another process was pruning
	Removed Amount
	Spared  Amount // what the policy asks to remove, but for its use within the last hour
	Left    Amount // all that is left after a forced run; else what is known of it
	Failed  int    // files and folders that couldn't be read or removed
	Failure error  // why the first of these couldn't
}

// Prune removes the least recently used files until the folder is within the policy:
// those that are too old, and then as many as the limits ask for. It keeps files that
// were used within the last hour, and files that no store makes. Links may run meanwhile:
// at worst they miss. If a file can't be read or removed, Prune counts it and goes on
// with the rest.
//
// Unless it is forced, Prune does nothing before the policy's interval has passed or
// while another process prunes; a forced run waits for that process. If ctx has a
// deadline, Prune does what time allows, which is no error. The next call goes on where
// this one has stopped; the interval begins when all folders are done.
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
	if !due() { // another process has pruned before we had the lock
		return stats, nil
	}
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		removeStale(filepath.Join(folderOf(s.root, f), tmpFolder))
	}
	p := s.pruner(policy, loadState(s.stateFile(memo.PruneState)), os.Remove)
	err = p.run(ctx, force)
	if p.state.Left == 0 { // once in each round through all folders
		for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
			memo.Sweep(ctx, StateDir(s.root, f), policy.After)
		}
	}
	if err = errors.Join(err, s.saveState(p.state)); err != nil {
		err = fmt.Errorf("prune %s: %w", s.root, err)
	}
	return p.stats, err
}

// DryRun returns what a forced Prune would do. It changes nothing.
func (s *Store) DryRun(ctx context.Context, policy Policy) (Stats, error) {
	p := s.pruner(policy, new(pruneState), func(string) error { return nil })
	err := p.run(ctx, true)
	if err != nil {
		err = fmt.Errorf("look through %s: %w", s.root, err)
	}
	return p.stats, err
}

// asksForPruning reports whether there is anything that a policy doesn't keep.
func (p Policy) asksForPruning() bool {
	return p.After > 0 || p.SizePercent > 0 || p.SizeBytes > 0 || p.SizeFiles > 0
}
