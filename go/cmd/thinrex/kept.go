//go:build !front

package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/history/explain"
	"thinrex/go/host"
	"thinrex/go/reapi"
	"thinrex/go/replay"
	"thinrex/go/report"
	"thinrex/go/store"
)

// A kept is where actions, what they read and their results may be: the disk cache, then
// the remote services. Both may be absent. It is a replay.Source and an action.Cache.
type kept struct {
	disk   *store.Store
	remote *reapi.Client

	records func() (explain.Records, error) // of links: names for keys
}

// openKept completes the options. It changes nothing in a folder that isn't a cache. The
// caller closes it.
func openKept(ctx context.Context, o *options) (*kept, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	terminal := report.NewTerminal(os.Stderr, o.Report.Verbose)
	o.warnOfVariables(terminal)
	if o.Store.Dir == "" && !o.hasService() {
		return nil, usagef("there is no cache to look into: give --disk_cache=DIR, --remote_cache or --remote_executor")
	}
	k := &kept{records: func() (explain.Records, error) { return readRecords(o, terminal) }}
	if o.Store.Dir != "" {
		_, err := store.Existing(o.Store.Dir)
		switch {
		case err == nil:
			if k.disk, err = store.Open(o.Store.Dir, o.Shared.DigestFunction); err != nil {
				return nil, usagef("%w", err)
			}
		case !errors.Is(err, store.ErrEmpty) && !o.hasService():
			return nil, usagef("%w; --disk_cache=DIR gives another folder", err)
		}
	}
	var err error
	k.remote, err = dial(ctx, o, backendMnemonic, 1, terminal)
	return k, err
}

func (k *kept) close() {
	if k.remote != nil {
		_ = k.remote.Close() // what it has failed at, calls have returned
	}
}

// String lists the places for messages.
func (k *kept) String() string {
	var places []string
	if k.disk != nil {
		places = append(places, "the disk cache")
	}
	if k.remote != nil {
		places = append(places, k.remote.Address())
	}
	if len(places) == 0 {
		return "the disk cache, which is empty"
	}
	return strings.Join(places, " or ")
}

// Blob returns a blob of the first place that has it.
func (k *kept) Blob(ctx context.Context, d digest.Digest) (data []byte, err error) {
	err = fs.ErrNotExist
	if k.disk != nil {
		data, err = k.disk.Blob(ctx, d)
	}
	if k.remote != nil && errors.Is(err, fs.ErrNotExist) {
		return k.remote.Blob(ctx, d)
	}
	return data, err
}

// Lookup returns the result of the first place that has one.
func (k *kept) Lookup(ctx context.Context, a *action.Action) (r *action.Result, err error) {
	if k.disk != nil {
		r, err = k.disk.Lookup(ctx, a)
	}
	if r != nil || err != nil || k.remote == nil {
		return r, err
	}
	if r, err = k.remote.Lookup(ctx, a); r != nil {
		r.Service = k.remote.Address()
	}
	return r, err
}

// Store is part of action.Cache; nobody calls it.
func (k *kept) Store(context.Context, *action.Action, *action.Result) error {
	return errors.New("a command that only reads stores nothing")
}

// replayError says what to do if an action can't be laid out.
func (k *kept) replayError(key digest.Digest, err error) error {
	switch {
	case errors.Is(err, replay.ErrCompilation), errors.Is(err, replay.ErrHostile):
		return &usageError{err}
	case !errors.Is(err, fs.ErrNotExist):
		return &host.EnvironmentError{Err: err}
	}
	has := ""
	if k.disk != nil && k.disk.HasResult(key) {
		has = ", though the disk cache has its result"
	}
	return usagef("what %v reads isn't in %v%s (%w); link once more with --keep_inputs, which keeps in the disk cache "+
		"what jobs read, hits too", key, k, has, err)
}
