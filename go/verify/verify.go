// Package verify runs actions of links again and compares what they give with what a cache
// has: thinrex verify. A compiler that gives two different results shows that it isn't
// deterministic, and no more; only if two runs agree, and the cached result differs, is that
// one wrong.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/replay"
)

// A Verdict is what comes of running an action again.
type Verdict int

// The verdicts.
const (
	Right            Verdict = iota // the cached result is what the compiler gives
	Wrong                           // two runs agree, and the cached result differs
	NotDeterministic                // two runs differ
	Failed                          // the compiler fails here, which says nothing of the cached result
	NoInputs                        // of the action are kept
	NoResult                        // is in a cache
	OtherCompiler                   // made the result, one that isn't here
	Verdicts         = iota
)

// A Finding is the verdict on one action.
type Finding struct {
	Key     digest.Digest
	Verdict Verdict
	Service string // whose cache has the result; "" for the disk cache
	Why     error  // of a failure
}

// A Verifier judges actions. Any number may be judged at once.
type Verifier struct {
	From      replay.Source
	Cache     action.Cache // has the results
	Compilers *Compilers
	Workspace *host.Workspace
}

// Judge runs an action once, and a second time if that gives something else than the cache
// has. The error is that nothing could be found out.
func (v *Verifier) Judge(ctx context.Context, key digest.Digest) (f Finding, err error) {
	f.Key = key
	recipe, err := replay.Load(ctx, v.From, key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Verdict = NoInputs
		return f, nil
	case err != nil:
		return f, err
	}
	cached, err := v.Cache.Lookup(ctx, recipe.Action())
	switch {
	case err != nil:
		return f, err
	case cached == nil:
		f.Verdict = NoResult
		return f, nil
	}
	f.Service = cached.Service
	sum := cached.OutputsSum()
	cached.Done()
	compiler, err := v.Compilers.find(ctx, recipe)
	switch {
	case err != nil:
		return f, err
	case compiler == "":
		f.Verdict = OtherCompiler
		return f, nil
	}
	err = v.compare(ctx, &f, recipe, compiler, sum)
	return f, err
}

// compare runs an action at most twice.
func (v *Verifier) compare(
	ctx context.Context, f *Finding, recipe *replay.Recipe, compiler string, cached [32]byte,
) error {
	var sums [2][32]byte
	for i := range sums {
		r, err := recipe.Run(ctx, v.From, v.Workspace, compiler)
		if errors.Is(err, fs.ErrNotExist) {
			f.Verdict = NoInputs
			return nil
		}
		if err != nil {
			return err
		}
		if why := recipe.Action().Failure(r); why != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(string(action.Printable(r.Stderr))), "\n")
			f.Verdict, f.Why = Failed, fmt.Errorf("%w: %s", why, line)
			return nil
		}
		if sums[i] = r.OutputsSum(); sums[i] == cached {
			if i > 0 {
				f.Verdict = NotDeterministic
			}
			return nil
		}
	}
	f.Verdict = Wrong
	if sums[0] != sums[1] {
		f.Verdict = NotDeterministic
	}
	return nil
}
