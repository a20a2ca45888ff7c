//go:build !front

package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/history"
	"thinrex/go/host"
	"thinrex/go/reapi"
	"thinrex/go/replay"
	"thinrex/go/report"
	"thinrex/go/store"
)

// A kept is where actions, what they read and their results may be: the disk cache, then
// the remote services. Both may be absent. It is a replay.Source and an action.Cache.
type kept struct {
	disk    *store.Store
	remote  *reapi.Client
	records history.Folder // of links, which name keys
}

// openKept changes nothing in a folder that isn't a cache. The caller closes it.
func openKept(ctx context.Context, o *options, terminal *report.Terminal) (*kept, error) {
	if o.Store.Dir == "" && !o.hasService() {
		return nil, usagef("there is no cache to look into: give --disk_cache=DIR, --remote_cache or --remote_executor")
	}
	k := &kept{records: history.In(stateDir(nil, o.Shared.DigestFunction))}
	if o.Store.Dir != "" {
		_, err := store.Existing(o.Store.Dir)
		switch {
		case err == nil:
			if k.disk, err = store.Open(o.Store.Dir, o.Shared.DigestFunction); err != nil {
				return nil, usagef("%w", err)
			}
			k.records = history.In(k.disk.StateDir())
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

// find returns the key that a user means: HASH/SIZE, HASH, or the name of a module in the
// last link.
func (k *kept) find(name string) (digest.Digest, error) {
	d, err := digest.Parse(name)
	switch {
	case err != nil:
		return k.ofModule(name)
	case d.Size >= 0:
		return d, nil
	}
	if k.disk != nil {
		if sized, ok := k.disk.WithSize(d.Hash); ok {
			return sized, nil
		}
	}
	if sized, ok := k.recorded(d.Hash); ok {
		return sized, nil
	}
	return d, usagef("%s isn't in %v, and no recorded link has such a key; to ask a service, give HASH/SIZE, "+
		"as messages have it", name, k)
}

// A job of a link that is recorded. Its keys are those of results: of the whole action, and
// of the sliced one if there was one.
type recordedJob struct {
	module string
	keys   []digest.Digest
}

// jobsOf returns the jobs of a link in the history; of the last one, if id is "".
func (k *kept) jobsOf(id string) ([]recordedJob, error) {
	if id == "" {
		links, _, err := k.records.Links(time.Time{})
		if err != nil {
			return nil, err
		}
		if len(links) == 0 {
			return nil, usagef("no link is recorded")
		}
		id = links[len(links)-1].ID
	}
	jobs, err := k.records.Jobs(id)
	if err != nil {
		return nil, usagef("link %s: %w", id, err)
	}
	var list []recordedJob
	for _, job := range jobs.Jobs {
		r := recordedJob{module: jobs.Files[job.Module].Name}
		texts := []string{job.Key}
		if job.Sliced != nil {
			texts = append(texts, job.Sliced.Key)
		}
		for _, text := range texts {
			if d, err := digest.Parse(text); err == nil && d.Size >= 0 {
				r.keys = append(r.keys, d)
			}
		}
		list = append(list, r)
	}
	return list, nil
}

// ofModule returns the key of a module's job in the last link.
func (k *kept) ofModule(name string) (digest.Digest, error) {
	jobs, err := k.jobsOf("")
	if err != nil {
		return digest.Digest{}, usagef("%q is no key (HASH/SIZE), and no module of the last link: %w", name, err)
	}
	for _, job := range jobs {
		if job.module == name && len(job.keys) > 0 {
			return job.keys[0], nil
		}
	}
	return digest.Digest{}, usagef("%q is no key (HASH/SIZE), and no module of the last link", name)
}

// recorded finds a key in the last links by its hash.
func (k *kept) recorded(hash string) (digest.Digest, bool) {
	const most = 20 // links, whose details are read one by one
	links, _, err := k.records.Links(time.Time{})
	if err != nil {
		return digest.Digest{}, false
	}
	for i := len(links) - 1; i >= max(0, len(links)-most); i-- {
		jobs, err := k.jobsOf(links[i].ID)
		if err != nil {
			continue
		}
		for _, job := range jobs {
			for _, key := range job.keys {
				if key.Hash == hash {
					return key, true
				}
			}
		}
	}
	return digest.Digest{}, false
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
