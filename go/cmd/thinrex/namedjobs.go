//go:build !front

package main

import (
	"slices"

	"thinrex/go/digest"
	"thinrex/go/history"
	"thinrex/go/history/explain"
)

// A namedJob is one that a user means. Its keys are those of results: of the whole action,
// and of the sliced one if there was one.
type namedJob struct {
	module string // "" if a key was given
	keys   []digest.Digest
}

// named returns the jobs that a name stands for: HASH/SIZE, HASH, or, as thinrex explain
// has it, a link or a module.
func (k *kept) named(name string) ([]namedJob, error) {
	d, err := digest.Parse(name)
	if err == nil {
		d, err := k.withSize(d)
		return []namedJob{{keys: []digest.Digest{d}}}, err
	}
	records, err := k.records()
	if err != nil {
		return nil, err
	}
	found, ok := records.Find(name)
	switch {
	case !ok:
		return nil, usagef("%q is no key (HASH/SIZE), and no recorded link or module is called so", name)
	case found.Compilation != nil:
		return nil, usagef("%s is a compilation of thinrex cc, of which no cache has the inputs: run its command again",
			found.Compilation.Source)
	}
	return jobsOf(records, *found.Link, found.Modules)
}

// lastLink returns the jobs of the last link.
func (k *kept) lastLink() ([]namedJob, error) {
	records, err := k.records()
	if err != nil {
		return nil, err
	}
	if len(records.Links) == 0 {
		return nil, usagef("no link is recorded")
	}
	return jobsOf(records, records.Links[len(records.Links)-1], nil)
}

// jobsOf returns the jobs of some modules of a link, or of all if modules is nil.
func jobsOf(records explain.Records, l history.Link, modules []string) (list []namedJob, err error) {
	jobs, err := records.Jobs(l.ID)
	if err != nil {
		return nil, usagef("link %s of %s: %w", l.ID, l.Summary.LinkerOutput, err)
	}
	for _, job := range jobs.Jobs {
		file := jobs.Files[job.Module]
		if modules != nil && !slices.Contains(modules, file.StableName()) {
			continue
		}
		texts := []string{job.Key}
		if job.Sliced != nil {
			texts = append(texts, job.Sliced.Key)
		}
		j := namedJob{module: file.Name}
		for _, text := range texts {
			if d, err := digest.Parse(text); err == nil && d.Size >= 0 {
				j.keys = append(j.keys, d)
			}
		}
		list = append(list, j)
	}
	return list, nil
}

// withSize returns a key with its size, without which no service finds it.
func (k *kept) withSize(d digest.Digest) (digest.Digest, error) {
	if d.Size >= 0 {
		return d, nil
	}
	if k.disk != nil {
		if sized, ok := k.disk.WithSize(d.Hash); ok {
			return sized, nil
		}
	}
	records, err := k.records()
	if err != nil {
		return d, err
	}
	const most = 20 // links, whose details are read one by one
	links := records.Links[max(0, len(records.Links)-most):]
	for _, l := range slices.Backward(links) {
		jobs, err := jobsOf(records, l, nil)
		if err != nil {
			continue // its details aren't kept any more
		}
		for _, job := range jobs {
			if i := slices.IndexFunc(job.keys, func(key digest.Digest) bool { return key.Hash == d.Hash }); i >= 0 {
				return job.keys[i], nil
			}
		}
	}
	if k.disk != nil && k.disk.HasResult(d) {
		return d, usagef("the disk cache has the result of %s, and not what it reads; if it is a link's job, link once "+
			"more with --keep_inputs", d.Hash)
	}
	return d, usagef("%s isn't in %v, and no recorded link has such a key; to ask a service, give HASH/SIZE, "+
		"as messages have it", d.Hash, k)
}
