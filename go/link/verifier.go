package link

import (
	"cmp"
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"strings"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link/executor"
	"thinrex/go/report"
)

// A verifier compiles hits again, here, and compares: --verify_hits. What it finds wrong
// never reaches the linker.
type verifier struct {
	percent  int // of the hits
	machine  *executor.Machine
	disk     *cache
	remote   *cache
	slicing  *slicing // nil if no action is sliced
	terminal *report.Terminal
	tally    *tally
}

// A hit is what a task keeps of its entry in a cache until it has been compiled again.
type hit struct {
	service string // whose cache has the entry; "" for the disk cache
	outputs [sha256.Size]byte
}

// choose reports whether a hit is to be compiled again. If so, its task has what is
// needed to compare, and the result is released.
func (v *verifier) choose(t *task, r *action.Result) bool {
	if r == nil || rand.N(100) >= v.percent {
		return false
	}
	t.hit = &hit{service: r.Service, outputs: r.OutputsSum()}
	r.Done()
	return true
}

// execute compiles a task that hit, in a slot, once or twice (see action.Judge), and returns
// what is to be delivered: the hit, or if it is wrong what the compiler gives.
func (v *verifier) execute(ctx context.Context, t *task, slot *host.Lease) (*action.Result, error) {
	here := executor.Local{Machine: v.machine, Slot: slot}
	var r *action.Result // of the last compilation
	var failure error    // its
	verdict, err := action.Judge(t.hit.outputs, func() (sum [sha256.Size]byte, err error) {
		r.Done() // gives the slot back, for which the second one may have to wait
		if r, err = here.Execute(ctx, t.action); err != nil {
			return sum, err
		}
		if failure = t.action.Failure(r); failure != nil {
			return sum, failure
		}
		return r.OutputsSum(), nil
	})
	switch {
	case failure != nil:
		return v.unverified(ctx, t, r, failure)
	case err != nil:
		return nil, err
	case verdict == action.Right:
		return v.confirmed(t, r), nil
	case verdict == action.NotDeterministic:
		v.tally.count(func(s *report.Summary) { s.Verified++; s.NotDeterministic++ })
		v.warn(t, "the compiler isn't deterministic: two compilations of it here differ; "+
			"the link gets the cached object")
		return v.entry(ctx, t, r)
	}
	v.tally.count(func(s *report.Summary) { s.Verified++; s.WrongHits++ })
	v.dismiss(ctx, t)
	return r, nil
}

// confirmed turns what the compiler gave into the hit, which has the same bytes.
func (v *verifier) confirmed(t *task, r *action.Result) *action.Result {
	v.tally.count(func(s *report.Summary) { s.Verified++ })
	r.Cached, r.Service = true, t.hit.service
	return r
}

// unverified is for a compilation that fails here. That says nothing of the entry: this
// machine may lack memory.
func (v *verifier) unverified(ctx context.Context, t *task, r *action.Result, why error) (*action.Result, error) {
	if ctx.Err() != nil {
		r.Done()
		return nil, ctx.Err()
	}
	message, _, _ := strings.Cut(strings.TrimSpace(string(t.action.OriginalNames(r.Stderr))), "\n")
	v.warn(t, "can't be verified: its compilation fails here (%v), with %q; the link gets the cached object", why, message)
	return v.entry(ctx, t, r)
}

// entry looks the hit up again, in place of a compilation's result. If the entry is gone
// by now, the task is a miss, and has that result.
func (v *verifier) entry(ctx context.Context, t *task, compiled *action.Result) (*action.Result, error) {
	from := v.disk
	if t.hit.service != "" {
		from = v.remote
	}
	r, err := from.lookup(ctx, t.action)
	if err == nil && r == nil {
		return compiled, nil
	}
	compiled.Done()
	return r, err
}

// dismiss removes a wrong entry from the disk cache. Nothing is changed in a service, not
// even by storing the right result: others use it, and its owner decides whose compiler
// is the right one.
func (v *verifier) dismiss(ctx context.Context, t *task) {
	t.notShared = true
	if t.hit.service != "" {
		v.warn(t, "the entry %s in the cache of %s is wrong: two compilations here agree, and it differs; the link gets "+
			"what they gave. The entry stays there: have it removed from the Action Cache, or replace it by a link with "+
			"--disk_cache= --remote_accept_cached=false --remote_upload_local_results=true", t.action.Digest, t.hit.service)
		return
	}
	err := v.disk.remove(t.action)
	if v.slicing != nil && t.sliced == nil {
		// The entry may have been made of that of the sliced action, which then is as wrong.
		same := &task{first: t.first, action: t.action}
		if v.slicing.slice(ctx, same) {
			err = cmp.Or(v.disk.remove(same.action), err)
		}
	}
	became := "was removed"
	if err != nil {
		became = "couldn't be removed (" + err.Error() + ")"
	}
	v.warn(t, "the entry %s in the disk cache is wrong: two compilations here agree, and it differs; it %s, and "+
		"the link gets what they gave", t.action.Digest, became)
}

func (v *verifier) warn(t *task, format string, args ...any) {
	v.terminal.Print("warning: %s: "+format, append([]any{t.first.Module()}, args...)...)
}
