package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/bits"
	"os"
	"slices"
	"time"
)

// A pruner is one run of Prune or DryRun.
type pruner struct {
	root   string
	places []place
	policy Policy
	state  *pruneState
	remove func(path string) error
	stats  Stats

	whole *Amount // size of the cache when all of its folders were first known; nil before
	limit Amount  // how much of that the policy allows
}

func (s *Store) pruner(policy Policy, state *pruneState, remove func(string) error) *pruner {
	return &pruner{root: s.root, places: places(s.root), policy: policy, state: state, remove: remove}
}

// run prunes the next folders of a round, as many as scan returns at a time. If all is
// set, it prunes all folders, after a first round in which it learns the cache's size.
func (p *pruner) run(ctx context.Context, all bool) error {
	p.stats.Ran = true
	st := p.state
	if all || st.Left == 0 {
		st.Left = folders
	}
	for st.Left > 0 && ctx.Err() == nil {
		start := st.Next
		found, count := p.scan(ctx)
		if all && !st.complete() {
			continue
		}
		if !p.prune(ctx, found) {
			st.Next = start // the next run begins with these folders again
			break
		}
		if st.Left -= count; !all {
			break
		}
	}
	p.stats.Left = p.state.total()
	if err := ctx.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	return nil
}

// leastRemoved is how many files a run removes though its time is over. On a slow disk
// each run would spend all of its time on the scan, and none would ever remove a file.
const leastRemoved = 100

// mustStop reports whether a run must not remove any more files.
func (p *pruner) mustStop(ctx context.Context) bool {
	err := ctx.Err()
	return err != nil && (!errors.Is(err, context.DeadlineExceeded) || p.stats.Removed.Files >= leastRemoved)
}

// prune removes those of the files found that the policy doesn't keep. It reports whether
// it got to the end of them.
func (p *pruner) prune(ctx context.Context, found []candidate) (done bool) {
	now, left := time.Now(), amountOf(found)
	target := p.target(left)
	tooOld, tooNew := int64(math.MinInt64), now.Add(-grace).UnixMicro()
	if p.policy.After > 0 {
		tooOld = now.Add(-p.policy.After).UnixMicro()
	}
	slices.SortFunc(found, leastRecentlyUsed)
	isAll := left == p.state.total()
	for i := range found {
		c := &found[i]
		most := target.Bytes
		if !isAll { // a folder is a small sample: a file at the limit stays if less than half of it is beyond
			most += min(c.size/2, math.MaxUint64-most)
		}
		if c.used >= tooOld && left.Files <= target.Files && left.Bytes <= most {
			break
		}
		if p.mustStop(ctx) {
			return false
		}
		if c.used > tooNew {
			p.stats.Spared.add(c)
		} else if !p.removeUnused(c) {
			continue
		}
		left.Files--
		left.Bytes -= c.size
	}
	return true
}

// removeUnused removes a file, unless it has been used since it was scanned. It reports
// whether the file is gone.
func (p *pruner) removeUnused(c *candidate) bool {
	path := c.path(p.places)
	fi, err := os.Lstat(path)
	if err == nil {
		now := *c
		if now.stat(p.places[c.place], fi); now.used != c.used {
			return false
		}
		err = p.remove(path)
	}
	switch {
	case err == nil:
		p.stats.Removed.add(c)
	case !errors.Is(err, fs.ErrNotExist): // Bazel may have removed it
		p.fail(err)
		return false
	}
	n := c.hash[0]
	p.state.Files[n]--
	p.state.Bytes[n] -= c.size
	return true
}

// fail counts a file or folder that couldn't be read or removed.
func (p *pruner) fail(err error) {
	p.stats.Failed++
	if p.stats.Failure == nil {
		p.stats.Failure = err
	}
}

// target is how much may be left of some files: their share of what the limits allow the
// whole cache.
func (p *pruner) target(part Amount) Amount {
	if !p.state.complete() {
		return Amount{math.MaxUint64, math.MaxUint64}
	}
	if p.whole == nil {
		whole := p.state.total()
		p.whole, p.limit = &whole, p.limits(whole)
	}
	return Amount{shareOf(p.limit.Files, part.Files, p.whole.Files), shareOf(p.limit.Bytes, part.Bytes, p.whole.Bytes)}
}

// limits is how much the policy allows of a cache of some size.
func (p *pruner) limits(whole Amount) Amount {
	limit := Amount{math.MaxUint64, math.MaxUint64}
	if p.policy.SizeFiles > 0 {
		limit.Files = p.policy.SizeFiles
	}
	if p.policy.SizeBytes > 0 {
		limit.Bytes = p.policy.SizeBytes
	}
	if percent := uint64(p.policy.SizePercent); percent > 0 {
		free, err := FreeSpace(p.root)
		if err != nil {
			p.fail(fmt.Errorf("find out how much space is free, for cache_size: %w", err))
			return limit
		}
		available := whole.Bytes + free
		limit.Bytes = min(limit.Bytes, available/100*percent+available%100*percent/100)
	}
	return limit
}

// shareOf returns limit/whole of part, rounded; the largest number if whole is within
// the limit.
func shareOf(limit, part, whole uint64) uint64 {
	if limit >= whole || part > whole {
		return math.MaxUint64
	}
	high, low := bits.Mul64(limit, part)
	share, rest := bits.Div64(high, low, whole)
	if rest > whole/2 {
		share++
	}
	return share
}
