package compile

import (
	"context"
	"slices"

	"thinrex/go/action"
	"thinrex/go/compile/searchpath"
	"thinrex/go/host/filedigest"
)

// A candidate is an action that may have been run before.
type candidate struct {
	alternative
	action *action.Action
}

// lookup delivers a cached result, or returns nil.
func (c *compilation) lookup(ctx context.Context) (*Outcome, error) {
	here := c.candidates(ctx, c.Cache, nil)
	for _, it := range here {
		if r := c.lookupIn(ctx, c.Cache, it.action); r != nil {
			return c.deliverHit("", it, r)
		}
	}
	if c.askRemote() == nil {
		return nil, ctx.Err()
	}
	for _, it := range append(here, c.candidates(ctx, c.remote, here)...) {
		if r := c.lookupIn(ctx, c.remote, it.action); r != nil {
			c.keep(ctx, c.Cache, it, r)
			return c.deliverHit("remote ", it, r)
		}
	}
	return nil, ctx.Err()
}

// askRemote returns the remote cache, nil for none.
func (c *compilation) askRemote() action.Cache {
	if c.remote == nil && c.Remote != nil {
		c.remote = c.Remote()
	}
	return c.remote
}

func (c *compilation) deliverHit(where string, it candidate, r *action.Result) (*Outcome, error) {
	defer r.Done()
	c.Verbose("%s: %shit", c.in.Source, where)
	_ = c.files.Save() // else the next compilation hashes them again
	outcome, err := c.deliver(r)
	if err != nil {
		return nil, err
	}
	outcome.Stdout, outcome.Stderr = action.Printable(outcome.Stdout), action.Printable(outcome.Stderr)
	return outcome, nil
}

// candidates are the actions of a cache's manifest whose conditions are met,
// less those that are known already.
func (c *compilation) candidates(ctx context.Context, from action.Cache, known []candidate) (list []candidate) {
	for _, a := range c.manifestIn(ctx, from) {
		seen := slices.ContainsFunc(known, func(k candidate) bool { return a.equal(k.alternative) })
		if seen || !searchpath.Hold(ctx, a.conditions) {
			continue
		}
		if it, err := c.candidate(ctx, a); err == nil {
			list = append(list, it)
		}
	}
	return list
}

// candidate makes the action of an alternative with the files as they are.
func (c *compilation) candidate(ctx context.Context, a alternative) (candidate, error) {
	found := make([]filedigest.File, len(a.names))
	files := make([]file, len(a.names))
	for i, name := range a.names {
		if err := c.in.Shareable(name, false); err != nil {
			return candidate{}, err
		}
		f, err := c.files.FileUntil(ctx, name)
		if err != nil {
			return candidate{}, err
		}
		found[i], files[i] = f, file{name, f.Digest}
	}
	spelt := letterCase(append(found, otherFolders(a.conditions)...))
	direct, err := c.keys.direct(files, slices.Concat(a.conditions, oneFile(found), spelt))
	return candidate{a, direct}, err
}

func (c *compilation) manifestIn(ctx context.Context, from action.Cache) manifest {
	r := c.lookupIn(ctx, from, c.manifest)
	if r == nil {
		return nil
	}
	defer r.Done() // what is looked up next may need the memory
	m, err := decodeManifest(r.Stdout)
	if err != nil {
		c.Verbose("%s: its manifest is %v", c.in.Source, err)
	}
	return m
}

// lookupIn returns a sound result or nil: a cache that can't be read is as
// good as an empty one.
func (c *compilation) lookupIn(ctx context.Context, from action.Cache, a *action.Action) *action.Result {
	if from == nil {
		return nil
	}
	r, err := from.Lookup(ctx, a)
	if err != nil {
		c.Verbose("%s: can't read the cache: %v", c.in.Source, err)
		return nil
	}
	if r == nil || r.ExitCode != 0 || a.Check(r) != nil {
		r.Done()
		return nil
	}
	return r
}

// keep stores a result, then the manifest that leads to it.
func (c *compilation) keep(ctx context.Context, in action.Cache, it candidate, r *action.Result) {
	if in == nil || !c.store(ctx, in, it.action, r) {
		return
	}
	if m := c.manifestIn(ctx, in); len(m) == 0 || !m[0].equal(it.alternative) {
		c.store(ctx, in, c.manifest, &action.Result{Stdout: m.with(it.alternative).encode()})
	}
}

// store reports whether the result is in the cache now.
func (c *compilation) store(ctx context.Context, in action.Cache, a *action.Action, r *action.Result) bool {
	if in == nil {
		return false
	}
	err := in.Store(ctx, a, r)
	if err != nil {
		c.Verbose("%s: can't write to the cache: %v", c.in.Source, err)
	}
	c.stored = c.stored || err == nil && in == c.Cache
	return err == nil
}
