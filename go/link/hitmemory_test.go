package link_test

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
	"thinrex/go/link/distfile"
)

// lookupsHere is how many jobs are looked up on this machine at once.
func lookupsHere() int { return 4 * runtime.GOMAXPROCS(0) }

// A releasing cache has one result, of some jobs. It answers when it is asked
// for as many as can be looked up at once: then no further job is being read.
type releasing struct {
	has     func(module string) bool
	asked   atomic.Int32
	all     chan struct{}
	change  func() // happens before
	release func()
}

func (c *releasing) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	if int(c.asked.Add(1)) == lookupsHere() {
		c.change()
		close(c.all)
	}
	select {
	case <-c.all:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !c.has(a.Subject) {
		return nil, nil
	}
	return &action.Result{
		Outputs: []action.OutputFile{{Name: a.Outputs[0].Name, Data: reapitest.Object("object of gated, found")}},
		Release: c.release,
	}, nil
}

func (*releasing) Store(context.Context, *action.Action, *action.Result) error { return nil }

// A hit gives its memory back before the jobs that are no longer equal to it wait for a
// slot: the tasks in the slots may be waiting for that memory.
func TestHitReleasesMemoryBeforeWaiting(t *testing.T) {
	const equal = 5
	contents := slices.Repeat([]string{"gated await gate"}, equal)
	w := newWorld(t, append(contents, manyDifferent(lookupsHere()-1)...))
	cache := &releasing{
		all: make(chan struct{}),
		has: func(module string) bool {
			return slices.ContainsFunc(w.file.Jobs[:equal], func(j distfile.Job) bool { return j.Module() == module })
		},
		change: func() {
			for _, job := range w.file.Jobs[:equal] {
				w.write(job.Shard(), shardFor(job.Module(), lib, otherShard))
			}
		},
		release: func() { w.write("gate", nil) },
	}
	s, err := w.link(within(t), setup{strategy: link.Local, cache: cache, slots: host.NewSlots(1, "")})
	w.check(s, err)
	if err != nil || s.Hits != 1 || s.Local != s.Jobs-1 {
		t.Errorf("%+v, %v", s, err)
	}
}
