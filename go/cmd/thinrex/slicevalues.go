//go:build !front

package main

import (
	"context"
	"time"

	"github.com/ianlancetaylor/demangle"

	"thinrex/go/history"
	"thinrex/go/history/explain"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
	"thinrex/go/link"
	"thinrex/go/link/slice"
	"thinrex/go/store"
)

// slicesTime bounds how long thinrex explain compares slices. What it hasn't compared then
// is explained without names of functions.
const slicesTime = 2 * time.Second

// compareSlices lets explanations name the functions that changed in an import, by the
// slices that are still in the disk cache. The caller calls end when all is explained.
func (e *explanation) compareSlices(ctx context.Context, compiler string) (end func()) {
	ctx, cancel := context.WithTimeout(ctx, slicesTime)
	v := &sliceValues{options: e.options, ctx: ctx, compiler: compiler, listed: map[history.Short][]slice.Value{}}
	e.records.Values = v.compare
	return func() {
		if v.pool != nil {
			_ = v.pool.Close()
		}
		if v.slots != nil {
			v.slots.Close()
		}
		cancel()
	}
}

// sliceValues lists the values of slices, each once.
type sliceValues struct {
	*options
	ctx      context.Context
	compiler string // of the link
	store    *store.Store
	slots    *host.Slots
	pool     *slice.Pool
	failed   error // there is no pool, because of this
	listed   map[history.Short][]slice.Value
}

// compare is explain.Records.Values.
func (v *sliceValues) compare(before, now history.Short) (d explain.Difference, err error) {
	earlier, err := v.list(before)
	if err != nil {
		return d, err
	}
	later, err := v.list(now)
	if err != nil {
		return d, err
	}
	d.Changed, d.Added, d.Removed = slice.Compare(earlier, later)
	for _, names := range [][]string{d.Changed, d.Added, d.Removed} {
		for i, name := range names {
			names[i] = demangle.Filter(name)
		}
	}
	return d, nil
}

func (v *sliceValues) list(digest history.Short) ([]slice.Value, error) {
	if values, known := v.listed[digest]; known {
		return values, nil
	}
	if v.pool == nil && v.failed == nil {
		v.failed = v.open()
	}
	if v.failed != nil {
		return nil, v.failed
	}
	path, err := v.store.KeptBlob(digest.String())
	if err != nil {
		return nil, err
	}
	values, err := v.pool.Values(v.ctx, path)
	if err == nil {
		v.listed[digest] = values
	}
	return values, err
}

func (v *sliceValues) open() (err error) {
	if v.store, err = store.Open(v.Store.Dir, v.Shared.DigestFunction); err != nil {
		return err
	}
	options := v.Link
	options.StateDir = v.store.StateDir()
	options.Env = link.Environment(v.Shared.ActionEnv)
	options.Files = filedigest.Open(memo.Path(options.StateDir, memo.LinkDigests, memo.Host()), v.Shared.DigestFunction)
	v.slots = host.NewSlots(1, "")
	options.Slots = v.slots
	v.pool, err = link.OpenSlicer(v.ctx, v.compiler, options)
	return err
}
