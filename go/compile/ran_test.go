//go:build linux

package compile_test

import (
	"context"
	"testing"
	"time"

	"thinrex/go/action"
	"thinrex/go/compile"
)

// A recorder is a cache that remembers how long the compilers ran whose objects it got.
type recorder struct {
	action.Cache
	ran []time.Duration
}

func (r *recorder) Store(ctx context.Context, a *action.Action, result *action.Result) error {
	if len(result.Outputs) > 0 { // it's no manifest
		r.ran = append(r.ran, result.Ran)
	}
	return r.Cache.Store(ctx, a, result)
}

// A result holds how long the compiler ran: in two steps both, whether the second one ran
// or its object was found.
func TestRanIsStored(t *testing.T) {
	p, args := newStepped(t, "")
	stored := &recorder{Cache: p.Cache}
	p.Cache = stored
	wantRan := func(verdict string, n int) []time.Duration {
		t.Helper()
		stored.ran = nil
		p.wantLinked(verdict, args)
		if len(stored.ran) != n {
			t.Fatalf("%s: %d results are stored", verdict, len(stored.ran))
		}
		return stored.ran
	}
	both := wantRan("compiled", 2)
	if optimiser, whole := both[0], both[1]; optimiser <= 0 || whole <= optimiser {
		t.Errorf("the optimiser ran for %v, the whole compilation took %v", optimiser, whole)
	}
	p.write(map[string]string{"a.h": stepped["equal"]})
	if whole := wantRan("IR hit", 1)[0]; whole <= both[0] {
		t.Errorf("the optimiser ran for %v, the compilation that hit its object has %v", both[0], whole)
	}
	p.Keys = compile.Direct
	p.write(map[string]string{"a.h": "#define FACTOR 3\n"})
	direct := wantRan("compiled", 1)[0]
	if direct <= 0 {
		t.Errorf("the compiler ran for %v", direct)
	}

	here := &recorder{Cache: newProject(t, nil).Cache}
	p.Chdir(p.Dir)
	p.Cache, p.Remote = here, func() action.Cache { return stored.Cache }
	p.wantLinked("remote hit", args)
	if len(here.ran) != 1 || here.ran[0] != direct {
		t.Errorf("after a hit in the remote cache: %v, want %v", here.ran, direct)
	}
}
