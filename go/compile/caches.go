package compile

import (
	"context"

	"thinrex/go/action"
)

// caches are where the results of one compilation are looked up and stored.
type caches struct {
	local      action.Cache
	openRemote func() action.Cache // see Options.Remote
	remote     action.Cache        // once it has been opened
	verbose    func(format string, args ...any)
	stored     bool // something new is in local
	distrusted bool // a result was wrong, which may have been made of a wrong one of IR
	kept       bool // some cache has the result of the compilation now
}

func newCaches(r *request) *caches {
	return &caches{local: r.options.Cache, openRemote: r.options.Remote, verbose: r.verbose}
}

// openedRemote opens the remote cache, and returns nil if there is none.
func (c *caches) openedRemote() action.Cache {
	if c.remote == nil && c.openRemote != nil {
		c.remote = c.openRemote()
	}
	return c.remote
}

// lookup returns a sound result or nil: a cache that can't be read is as good as an
// empty one.
func (c *caches) lookup(ctx context.Context, from action.Cache, a *action.Action) *action.Result {
	if from == nil {
		return nil
	}
	result, err := from.Lookup(ctx, a)
	if err != nil {
		c.verbose("can't read the cache: %v", err)
		return nil
	}
	if result == nil || result.ExitCode != 0 || a.Check(result) != nil {
		result.Done()
		return nil
	}
	return result
}

// store reports whether the result is in the cache now.
func (c *caches) store(ctx context.Context, to action.Cache, a *action.Action, result *action.Result) bool {
	if to == nil {
		return false
	}
	err := to.Store(ctx, a, result)
	if err != nil {
		c.verbose("can't write to the cache: %v", err)
	}
	c.stored = c.stored || err == nil && to == c.local
	return err == nil
}
