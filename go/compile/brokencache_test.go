//go:build linux

package compile_test

import (
	"context"
	"errors"
	"testing"

	"thinrex/go/action"
)

// A cache that can't be used costs hits, nothing else.
func TestUnusableCache(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v;\n"})
	p.Cache = broken{}
	p.StateDir = "/proc/absent"
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("can't write to the cache", args...)
	p.Cache, p.StateDir = nil, ""
	p.want("compiled", args...)
	p.want("compiled", args...)
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Lookup(context.Context, *action.Action) (*action.Result, error) { return nil, errBroken }
func (broken) Store(context.Context, *action.Action, *action.Result) error    { return errBroken }

// What another machine has stored is found, and kept here.
func TestSecondCache(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"a.h\"\nint v = A;\n", "a.h": "#define A 1\n"})
	remote := newProject(t, nil).Cache
	p.Chdir(p.Dir)
	args := []string{"-flto=thin", "-MD", "-c", "a.c"}
	p.Remote = func() action.Cache { return remote }
	p.want("compiled", args...)
	empty := newProject(t, nil)
	p.Chdir(p.Dir)
	p.Cache, p.StateDir = empty.Cache, empty.StateDir
	p.want("remote hit", args...)
	p.Remote = func() action.Cache { return nil }
	p.want("hit", args...)
}
