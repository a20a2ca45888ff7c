package link_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"thinrex/go/action"
	"thinrex/go/execute"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
)

// A releasing cache has one result, of the action that it is asked for first,
// and gives it when it has been asked for another one.
type releasing struct {
	asked   atomic.Int32
	once    sync.Once
	another chan struct{}
	change  func() // happens before
	release func()
}

func (c *releasing) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	if c.asked.Add(1) > 1 {
		c.once.Do(func() {
			c.change()
			close(c.another)
		})
		return nil, nil
	}
	select {
	case <-c.another:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return &action.Result{
		Outputs: []action.OutputFile{{Name: a.Outputs[0].Name, Data: reapitest.Object("object of gated, found")}},
		Release: c.release,
	}, nil
}

func (*releasing) Store(context.Context, *action.Action, *action.Result) error { return nil }

// A hit keeps no memory while jobs that are no longer equal to it wait for a
// slot: who has the slots may be waiting for that.
func TestHitReleasesMemory(t *testing.T) {
	equal := 4*runtime.GOMAXPROCS(0) + 5 // more than are looked up at once
	contents := slices.Repeat([]string{"gated await gate"}, equal)
	w := newWorld(t, append(contents, "another"))
	cache := &releasing{
		another: make(chan struct{}),
		change: func() {
			for _, job := range w.file.Jobs[:equal] {
				w.write(job.Shard(), shardFor(job.Module(), lib, otherShard))
			}
		},
		release: func() { w.write("gate", nil) },
	}
	s, err := w.link(within(t), setup{strategy: link.Local, cache: cache, slots: execute.NewSlots(1, "")})
	w.check(s, err)
	if err != nil || s.Hits == 0 || s.Local < 2 || s.Hits+s.Local != s.Jobs {
		t.Errorf("%+v, %v", s, err)
	}
}
