// Package verify runs actions of links again and compares what they give with what a cache
// has (see action.Judge): thinrex verify.
package verify

import (
	"context"
	"crypto/sha256"
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
	Right            = Verdict(action.Right)
	Wrong            = Verdict(action.Wrong)
	NotDeterministic = Verdict(action.NotDeterministic)
)

// The verdicts without a comparison.
const (
	Failed        = NotDeterministic + 1 + iota // the compiler fails here, which says nothing of the cached result
	NoInputs                                    // of the action are kept
	NoResult                                    // is in a cache
	OtherCompiler                               // made the result, one that isn't here
	Verdicts      = iota + int(NotDeterministic) + 1
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

// compare runs an action once or twice.
func (v *Verifier) compare(
	ctx context.Context, f *Finding, recipe *replay.Recipe, compiler string, cached [sha256.Size]byte,
) error {
	verdict, err := action.Judge(cached, func() (sum [sha256.Size]byte, err error) {
		r, err := recipe.Run(ctx, v.From, v.Workspace, compiler)
		if err != nil {
			return sum, err
		}
		if why := recipe.Action().Failure(r); why != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(string(action.Printable(r.Stderr))), "\n")
			f.Why = fmt.Errorf("%w: %s", why, line)
			return sum, f.Why
		}
		return r.OutputsSum(), nil
	})
	switch {
	case f.Why != nil:
		f.Verdict = Failed
	case errors.Is(err, fs.ErrNotExist):
		f.Verdict = NoInputs
	case err != nil:
		return err
	default:
		f.Verdict = Verdict(verdict)
	}
	return nil
}
