package explain

import "thinrex/go/history"

// A slicedJob is a job for which slices were cut, in its link.
type slicedJob struct {
	link *Details
	job  history.Job
}

// hasSlices reports whether it is known what a job read of the modules that it imports from.
// A link with very many slices doesn't remember all.
func hasSlices(job history.Job) bool {
	return job.Sliced != nil && len(job.Sliced.Slices) == len(job.Imports)
}

// slices returns what the job read, by the names of the modules that it imports from.
func (s slicedJob) slices() map[string]history.Slice {
	of := make(map[string]history.Slice, len(s.job.Imports))
	for i, file := range s.job.Imports {
		of[s.link.names[file]] = s.job.Sliced.Slices[i]
	}
	return of
}

// narrow leaves out the imports that changed without a change of what the job reads of them:
// with slices they aren't in the key. It notes the slices of the others.
func narrow(causes []Cause, now, before slicedJob) (kept []Cause) {
	earlier, later := before.slices(), now.slices()
	for _, c := range causes {
		if c.Kind == ImportChanged {
			was, is := earlier[c.File], later[c.File]
			if was.Digest == is.Digest {
				continue
			}
			if !was.Whole && !is.Whole {
				c.slices = []slicePair{{was.Digest, is.Digest}}
				c.Kept = keptOf(was.GUIDs, is.GUIDs)
			}
		}
		kept = append(kept, c)
	}
	switch {
	case len(kept) > 0:
		return kept
	case now.job.Sliced.Key == before.job.Sliced.Key:
		return []Cause{{Kind: Gone}}
	case now.job.Sliced.Shard != before.job.Sliced.Shard:
		return []Cause{{Kind: IndexChanged}}
	}
	return []Cause{{Kind: OtherKey}}
}

// keptOf compares what two slices keep; a slice with very many values has no list of them.
func keptOf(before, now []history.GUID) (k Kept) {
	if len(before) == 0 || len(now) == 0 {
		return k
	}
	left := make(map[history.GUID]bool, len(before))
	for _, g := range before {
		left[g] = true
	}
	for _, g := range now {
		if !left[g] {
			k.Added++
		}
		delete(left, g)
	}
	k.Removed = len(left)
	return k
}

const (
	mostPairs           = 48 // of slices whose values are compared for one explanation
	mostPairsOfAnImport = 6
)

// addValues says of each import whose slices changed which functions and variables in it did.
// values may be nil; its errors only leave the values out. left counts the pairs of slices
// that may still be compared.
func addValues(causes []Cause, values Values, left *int) {
	if values == nil {
		return
	}
	for i := range causes {
		c := &causes[i]
		for n, pair := range c.slices {
			if n == mostPairsOfAnImport || *left == 0 {
				break
			}
			*left--
			if d, err := values(pair.before, pair.now); err == nil {
				c.add(d)
			}
		}
	}
}

// add adds what another slice of the same module shows.
func (d *Difference) add(more Difference) {
	d.Changed = append(d.Changed, more.Changed...)
	d.Added = append(d.Added, more.Added...)
	d.Removed = append(d.Removed, more.Removed...)
	*d = sorted(*d)
}
