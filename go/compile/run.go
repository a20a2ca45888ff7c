package compile

import (
	"context"
	"errors"
	"time"

	"thinrex/go/history"
)

// Run takes a compilation's result from a cache, or compiles and stores it. Its error
// is a *NotCached, or that of the context.
func Run(ctx context.Context, program string, args []string, o Options) (*Outcome, error) {
	if o.Record == nil {
		o.Record = new(history.Compilation)
	}
	outcome, err := run(ctx, program, args, o)
	if _, ok := errors.AsType[*NotCached](err); err == nil || ok {
		return outcome, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, notCached("%v", err)
}

// run has the steps of one compilation in their order.
func run(ctx context.Context, program string, args []string, o Options) (outcome *Outcome, err error) {
	started := time.Now()
	r, err := newRequest(ctx, program, args, o)
	if err != nil {
		return nil, err
	}
	known, err := newLookup(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() {
		if outcome != nil {
			outcome.Stored = known.caches.stored
		}
	}()
	if o.Keys != IR {
		if hit, err := known.find(ctx); hit != nil || err != nil {
			return hit, err
		}
	}

	x, err := newExecution(r, known.caches, started)
	if err != nil {
		return nil, err
	}
	defer x.close()
	result, how, err := x.compile(ctx)
	if err != nil {
		return nil, err
	}
	if err := x.listTexts(ctx, result); err != nil {
		return nil, err
	}
	outcome, err = r.deliver(result)
	if err != nil {
		return nil, err
	}
	r.noteCompiled(how, result)
	if result.ExitCode != 0 {
		return outcome, x.withdraw()
	}

	if o.Keys == IR {
		r.verbose("%s", how)
		return outcome, nil
	}
	it, err := x.dependsOn(ctx, result, known)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		r.verbose("%s, not stored: %v", how, err)
		r.noteUnstored(err.Error())
		return outcome, nil
	}
	r.verbose("%s%s", how, r.apart())
	known.keep(ctx, it, result)
	known.noteKept(ctx, it)
	return outcome, nil
}
