package compile

import (
	"context"
	"slices"

	"thinrex/go/action"
	"thinrex/go/compile/searchpath"
	"thinrex/go/history"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
)

// A lookup finds the result of a request in the caches, if the files that earlier
// compilations of it read are as they were.
type lookup struct {
	*request
	caches   *caches
	manifest *action.Action // its result lists these files: see manifest
	files    *filedigest.Cache
}

func newLookup(ctx context.Context, r *request) (*lookup, error) {
	source, err := filedigest.Open("", r.options.Function).FileUntil(ctx, r.in.Source)
	if err != nil {
		return nil, err
	}
	r.options.Record.Content = history.ShortOfHash(source.Digest.Hash)
	manifest, err := r.keys.manifest(keyInput{r.in.Source, source.Digest})
	if err != nil {
		return nil, err
	}
	l := &lookup{request: r, caches: newCaches(r), manifest: manifest}
	l.files = l.openDigests()
	return l, nil
}

// openDigests returns the digests of what this source includes. They are in a file of
// their own: one for all sources would be long, and it is read at each hit.
func (l *lookup) openDigests() *filedigest.Cache {
	key := l.manifest.Digest.Hash
	return filedigest.Open(memo.Path(l.options.StateDir, memo.SourceDigests, key[:2], key), l.options.Function)
}

// find delivers a cached result, or returns nil.
func (l *lookup) find(ctx context.Context) (*Outcome, error) {
	local := l.candidates(ctx, l.caches.local, nil)
	for _, it := range local {
		if result := l.caches.lookup(ctx, l.caches.local, it.action); result != nil {
			if !l.mayDeliver(ctx, l.caches.local, it, result) {
				return nil, ctx.Err()
			}
			l.noteHit(ctx, it, history.FromDisk, result)
			return l.deliverHit("", result)
		}
	}
	remote := l.caches.openedRemote()
	if remote == nil {
		return nil, ctx.Err()
	}
	for _, it := range append(local, l.candidates(ctx, remote, local)...) {
		if result := l.caches.lookup(ctx, remote, it.action); result != nil {
			if !l.mayDeliver(ctx, remote, it, result) {
				result.Done()
				return nil, ctx.Err()
			}
			l.keepIn(ctx, l.caches.local, it, result)
			l.noteHit(ctx, it, history.FromService(l.options.RemoteAddress), result)
			return l.deliverHit("remote ", result)
		}
	}
	return nil, ctx.Err()
}

func (l *lookup) deliverHit(where string, result *action.Result) (*Outcome, error) {
	defer result.Done()
	l.verbose("%shit", where)
	_ = l.files.Save() // else the next compilation hashes them again
	outcome, err := l.deliver(result)
	if err != nil {
		return nil, err
	}
	outcome.Stdout, outcome.Stderr = action.Printable(outcome.Stdout), action.Printable(outcome.Stderr)
	return outcome, nil
}

// A candidate is an action that may have been run before.
type candidate struct {
	alternative
	action *action.Action
}

// candidates are the actions of a cache's manifest whose conditions are met, less those
// that are known already.
func (l *lookup) candidates(ctx context.Context, from action.Cache, known []candidate) (list []candidate) {
	for _, a := range l.manifestIn(ctx, from) {
		seen := slices.ContainsFunc(known, func(k candidate) bool { return a.equal(k.alternative) })
		if seen || !searchpath.Hold(ctx, a.conditions) {
			continue
		}
		if it, err := l.candidate(ctx, l.files, a); err == nil {
			list = append(list, it)
		}
	}
	return list
}

// candidate makes the action of an alternative with the files as they are.
func (r *request) candidate(ctx context.Context, digests *filedigest.Cache, a alternative) (candidate, error) {
	files := make([]filedigest.File, len(a.names))
	inputs := make([]keyInput, len(a.names))
	for i, name := range a.names {
		if err := r.in.Shareable(name, false); err != nil {
			return candidate{}, err
		}
		f, err := digests.FileUntil(ctx, name)
		if err != nil {
			return candidate{}, err
		}
		files[i], inputs[i] = f, keyInput{name, f.Digest}
	}
	spelt := letterCase(append(files, otherFolders(a.conditions)...))
	direct, err := r.keys.direct(inputs, slices.Concat(a.conditions, oneFile(files), spelt))
	return candidate{a, direct}, err
}

func (l *lookup) manifestIn(ctx context.Context, from action.Cache) manifest {
	result := l.caches.lookup(ctx, from, l.manifest)
	if result == nil {
		return nil
	}
	defer result.Done() // what is looked up next may need the memory
	m, err := decodeManifest(result.Stdout)
	if err != nil {
		l.verbose("its manifest in the cache can't be used: %v", err)
	}
	return m
}

// keep stores what was compiled in all caches, and remembers the digests of what it
// read.
func (l *lookup) keep(ctx context.Context, it candidate, result *action.Result) {
	l.keepIn(ctx, l.caches.local, it, result)
	if l.caches.remote != nil {
		l.keepIn(ctx, l.caches.remote, it, result)
	}
	_ = l.files.Save() // else the next compilation hashes them again
}

// keepIn stores a result, then the manifest that leads to it.
func (l *lookup) keepIn(ctx context.Context, to action.Cache, it candidate, result *action.Result) {
	if to == nil || !l.caches.store(ctx, to, it.action, result) {
		return
	}
	l.caches.kept = true
	if m := l.manifestIn(ctx, to); len(m) == 0 || !m[0].equal(it.alternative) {
		l.caches.store(ctx, to, l.manifest, &action.Result{Stdout: m.with(it.alternative).encode()})
	}
}
