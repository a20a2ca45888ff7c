//go:build linux

package compile_test

import (
	"context"
	"testing"

	"thinrex/go/action"
	"thinrex/go/compile"
)

// A lender is a remote cache that has no memory for a second result until the
// first is given back.
type lender struct {
	testing.TB
	action.Cache
	lent bool
}

func (l *lender) Lookup(ctx context.Context, a *action.Action) (*action.Result, error) {
	if l.lent {
		l.Errorf("%s: another result isn't given back", a.Subject)
	}
	r, err := l.Cache.Lookup(ctx, a)
	if r != nil {
		l.lent = true
		r.Release = func() { l.lent = false }
	}
	return r, err
}

func TestGivesBackMemory(t *testing.T) {
	for _, keys := range []compile.Keys{compile.Direct, compile.IR, compile.Both} {
		t.Run(string(keys), func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": "int v = 1;\n"})
			p.Keys, p.MinInsts = keys, 0
			p.want("compiled", "-flto=thin", "-c", "a.c")
			remote := &lender{TB: t, Cache: p.Cache}
			p.Cache, p.Remote = nil, func() action.Cache { return remote }
			how := map[compile.Keys]string{compile.Direct: "remote hit", compile.IR: "remote IR hit",
				compile.Both: "remote hit"}[keys]
			p.want(how, "-flto=thin", "-c", "a.c")
			if remote.lent {
				t.Error("a result isn't given back in the end")
			}
		})
	}
}
