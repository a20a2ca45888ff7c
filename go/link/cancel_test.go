package link_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link"
)

// A counting cache calls a function each time it is used.
type counting struct {
	action.Cache
	lookups, stores   atomic.Int32
	onLookup, onStore func(n int)
}

func (c *counting) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	c.onLookup(int(c.lookups.Add(1)))
	return c.Cache.Lookup(ctx, a)
}

func (c *counting) Store(ctx context.Context, a *action.Action, r *action.Result) error {
	c.onStore(int(c.stores.Add(1)))
	return c.Cache.Store(ctx, a, r)
}

// A link that is cancelled fails and leaves nothing, or it was complete.
func TestCancel(t *testing.T) {
	never := func(int) {}
	for _, at := range []struct {
		lookup, store int
	}{{lookup: 1}, {lookup: 7}, {store: 1}, {store: 5}, {store: 10}} {
		for _, strategy := range strategies {
			t.Run(fmt.Sprintf("%s,lookup=%d,store=%d", strategy.name, at.lookup, at.store), func(t *testing.T) {
				w := newWorld(t, manyEqual(""))
				ctx, cancel := context.WithCancel(within(t))
				defer cancel()
				cache := &counting{Cache: openStore(t), onLookup: never, onStore: never}
				cancelAt := func(n int) func(int) {
					return func(i int) {
						if i == n {
							cancel()
						}
					}
				}
				cache.onLookup, cache.onStore = cancelAt(at.lookup), cancelAt(at.store)
				s, err := w.link(ctx, setup{strategy: strategy.Strategy, service: service(t), cache: cache})
				w.check(s, err)
				if err != nil && !errors.Is(err, context.Canceled) || err == nil && at.lookup > 0 || ctx.Err() == nil {
					t.Errorf("%+v, %v", s, err)
				}
			})
		}
	}
}

// until waits for a condition.
func until(ctx context.Context, condition func() bool) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// noTokens returns two slots of which one is taken and the other waits for
// make's token for ever.
func noTokens(t *testing.T) *host.Slots {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if out, err := exec.Command("mkfifo", fifo).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v\n%s", err, out)
	}
	slots := host.NewSlots(2, "--jobserver-auth=fifo:"+fifo)
	t.Cleanup(func() {
		if err := slots.Close(); err != nil {
			t.Error(err)
		}
	})
	lease, err := slots.Acquire(t.Context()) // with the token that make's child has
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lease.Free)
	return slots
}

// A link that is cancelled while a task waits for a slot of this machine ends at once.
func TestCancelWhileWaitingForSlot(t *testing.T) {
	for _, strategy := range strategies {
		for _, asIs := range []bool{false, true} {
			if strategy.Strategy == link.Remote && !asIs {
				continue // nothing is run here
			}
			t.Run(fmt.Sprintf("%s,as is=%v", strategy.name, asIs), func(t *testing.T) {
				w := newWorld(t, []string{"a refuse"})
				if asIs {
					w.runAsIs(0)
				}
				ctx, cancel := context.WithCancel(within(t))
				defer cancel()
				slots := noTokens(t)
				waiting := make(chan error, 1)
				go func() {
					waiting <- until(ctx, func() bool { return !slots.Idle() })
					cancel()
				}()
				s, err := w.link(ctx, setup{strategy: strategy.Strategy, service: service(t), slots: slots})
				w.check(s, err)
				if waited := <-waiting; !errors.Is(err, context.Canceled) || waited != nil {
					t.Errorf("%+v, %v; waiting for it to wait: %v", s, err, waited)
				}
			})
		}
	}
}

// The same while jobs wait for a slot that have changed since they joined an equal one.
func TestCancelWhileChangedJobsWait(t *testing.T) {
	const equal = 6
	keepSlot := "while sleep 0.01; do :; done\n"
	w := gatedJobs(t, equal, 1, func(i int) bool { return i%2 == 0 }, keepSlot)
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	waiting := make(chan error, 1)
	go func() {
		waiting <- until(ctx, func() bool {
			for i, job := range w.file.Jobs[:equal] {
				if _, err := os.Stat(job.Outputs[0]); i%2 == 1 && err != nil {
					return false
				}
			}
			return true
		})
		cancel()
	}()
	s, err := w.link(ctx, setup{strategy: link.Remote, service: service(t), slots: host.NewSlots(1, "")})
	w.check(s, err)
	if waited := <-waiting; !errors.Is(err, context.Canceled) || waited != nil {
		t.Errorf("%+v, %v; waiting for the unchanged jobs: %v", s, err, waited)
	}
	if names, _ := w.compilations("fakecc"); len(names) != 1 {
		t.Errorf("%q were compiled on one slot, which the first one kept", names)
	}
}
