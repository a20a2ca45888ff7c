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

// A pruner is one run.
type pruner struct {
	root   string
	places []place
	policy Policy
	state  *pruneState
	remove func(path string) error
	stats  Stats

	whole *Amount // the cache, when all of it was first known
	limit Amount  // for that
}

func (s *Store) pruner(policy Policy, state *pruneState, remove func(string) error) *pruner {
	return &pruner{root: s.root, places: places(s.root), policy: policy, state: state, remove: remove}
}

// run prunes the next folders of a round, as many as it can take at once. If
// all is set, it is a whole round, as soon as the cache's size is known.
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
			st.Next = start // there is more to remove
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

// leastRemoved is how many files a run removes, if there are so many to remove,
// when its time was over before it could: there is no next run with more time
// where each is as slow.
const leastRemoved = 100

// mustStop reports whether a run can't remove any more.
func (p *pruner) mustStop(ctx context.Context) bool {
	err := ctx.Err()
	return err != nil && (!errors.Is(err, context.DeadlineExceeded) || p.stats.Removed.Files >= leastRemoved)
}

// prune removes what should go of the files found, and reports whether that is
// all done.
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
		if !isAll { // of a file that straddles the line, the half decides, or a few large ones would distort it
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

// removeUnused reports whether a file is gone.
func (p *pruner) removeUnused(c *candidate) bool {
	path := c.path(p.places)
	fi, err := os.Lstat(path)
	if err == nil {
		now := *c
		if now.stat(p.places[c.place], fi); now.used != c.used {
			return false // somebody has just used it
		}
		err = p.remove(path)
	}
	switch {
	case err == nil:
		p.stats.Removed.add(c)
	case !errors.Is(err, fs.ErrNotExist): // Bazel prunes, too
		p.fail(err)
		return false
	}
	n := c.hash[0]
	p.state.Files[n]--
	p.state.Bytes[n] -= c.size
	return true
}

func (p *pruner) fail(err error) {
	p.stats.Failed++
	if p.stats.Failure == nil {
		p.stats.Failure = err
	}
}

// target is how much may be left of files that now are so many: their share of
// what the limits allow.
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

func (p *pruner) limits(whole Amount) Amount {
	limit := Amount{math.MaxUint64, math.MaxUint64}
	if p.policy.SizeFiles > 0 {
		limit.Files = p.policy.SizeFiles
	}
	if p.policy.SizeBytes > 0 {
		limit.Bytes = p.policy.SizeBytes
	}
	if percent := uint64(p.policy.SizePercent); percent > 0 {
		free, err := freeSpace(p.root)
		if err != nil {
			p.fail(fmt.Errorf("ask how much space is free, for cache_size: %w", err))
			return limit
		}
		available := whole.Bytes + free
		limit.Bytes = min(limit.Bytes, available/100*percent+available%100*percent/100)
	}
	return limit
}

// shareOf is to part what limit is to whole, rounded; no limit if it doesn't
// bind.
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
