package link

import (
	"encoding/binary"

	"thinrex/go/action"
	"thinrex/go/history"
	"thinrex/go/link/canon"
	"thinrex/go/link/distfile"
	"thinrex/go/link/slice"
)

// begin notes that a job is looked up.
func (j *Journal) begin(job distfile.Job) {
	j.note(job, func(n *history.Job) {
		if n.Begin == 0 { // else it is looked up again
			n.Begin = j.now()
		}
	})
}

// reads notes a job's action and the files that it reads.
func (j *Journal) reads(job distfile.Job, a *action.Action) {
	j.note(job, func(n *history.Job) {
		n.Key, n.Imports, n.Inputs = a.Digest.String(), nil, nil
		shard := canon.ShardAt(a)
		n.Module = int(j.file(a.Inputs[0].File.Path, a.Inputs[0].Digest))
		n.Shard = a.Inputs[shard].Digest.Hash
		n.Imports = j.indexes(a.Inputs[1:shard])
		n.Inputs = j.indexes(a.Inputs[shard+1:])
	})
}

func (j *Journal) indexes(inputs []action.Input) []int32 {
	if len(inputs) == 0 {
		return nil
	}
	list := make([]int32, len(inputs))
	for i, in := range inputs {
		list[i] = j.file(in.File.Path, in.Digest)
	}
	return list
}

// lookedUp notes that the caches have answered about a job's whole action.
func (j *Journal) lookedUp(job distfile.Job) {
	j.note(job, func(n *history.Job) { n.Lookup = rounded(j.now() - n.Begin) })
}

// sliced notes what a job reads of the modules that it imports from. requests are parallel
// to these.
func (j *Journal) sliced(job distfile.Job, whole *action.Action, s *canon.Sliced, requests []slice.Request) {
	j.note(job, func(n *history.Job) {
		shard := canon.ShardAt(whole)
		n.Sliced = &history.Sliced{Key: s.Action.Digest.String(), Shard: s.Action.Inputs[shard].Digest.Hash}
		if j.room < slicesNeed(requests) {
			return
		}
		j.room -= slicesNeed(requests)
		for i, r := range requests {
			in := s.Action.Inputs[1+i]
			cut := history.Slice{
				Digest: history.ShortOfHash(in.Digest.Hash),
				Kept:   keptOf(r),
				GUIDs:  make([]history.GUID, len(r.Keep)),
				Whole:  in.Data == nil,
			}
			for k, guid := range r.Keep {
				cut.GUIDs[k] = history.GUID(guid)
			}
			n.Sliced.Slices = append(n.Sliced.Slices, cut)
		}
	})
}

// slicesNeed is how much memory a note of slices takes: see slicesNoted.
func slicesNeed(requests []slice.Request) (words int) {
	for _, r := range requests {
		words += 7 + len(r.Keep)
	}
	return words
}

// keptOf is a digest of the values that a slice keeps.
func keptOf(r slice.Request) history.Short {
	var data []byte
	for _, guid := range r.Keep {
		data = binary.BigEndian.AppendUint64(data, guid)
	}
	return history.ShortOf(string(data))
}

// readsWhole notes why a job reads the modules whole that it imports from, if there are any.
func (j *Journal) readsWhole(job distfile.Job, why error) {
	j.note(job, func(n *history.Job) {
		if len(n.Imports) > 0 {
			n.Whole = why.Error()
		}
	})
}

// cut notes that a job's imports are cut, which began at a time of now, and that the caches
// have answered about its sliced action.
func (j *Journal) cut(job distfile.Job, began float64) {
	j.note(job, func(n *history.Job) { n.CutAt, n.Cut = rounded(began), rounded(j.now()-began) })
}

// run notes that a job is executed, on a worker or here. The caller calls end when the
// execution has ended, with whether this machine compiled what was meant for a worker.
func (j *Journal) run(job distfile.Job, away bool) (end func(fellBack bool)) {
	side := 0
	if away {
		side = 1
	}
	j.note(job, func(n *history.Job) { n.Start, n.Away, n.Slot = j.now(), away, j.slots[side].take() })
	return func(fellBack bool) {
		j.note(job, func(n *history.Job) {
			n.Run, n.Fallback = rounded(j.now()-n.Start), fellBack
			j.slots[side].free(n.Slot)
		})
	}
}

// compiledTwice notes that what came of a job's slices was of no use.
func (j *Journal) compiledTwice(job distfile.Job, why error) {
	j.note(job, func(n *history.Job) { n.Twice, n.Whole = true, why.Error() })
}

// delivering notes that a job's result is about to be stored and written.
func (j *Journal) delivering(job distfile.Job) {
	j.note(job, func(n *history.Job) { n.End = j.now() })
}

// delivered notes where a result came from that is written. joined is said of a job whose
// result is an equal one's.
func (j *Journal) delivered(job distfile.Job, r *action.Result, joined bool) {
	j.note(job, func(n *history.Job) {
		n.Outcome, n.From = history.Local, history.FromHere
		switch here := r.Service == ""; {
		case joined:
			n.Outcome, n.From = history.Joined, history.FromJob
		case r.Cached && here:
			n.Outcome, n.From = history.Hit, history.FromDisk
		case r.Cached:
			n.Outcome, n.From = history.Hit, history.FromService(r.Service)
		case !here:
			n.Outcome, n.From = history.Remote, history.FromWorker(r.Service)
		}
		for _, out := range r.Outputs {
			n.Bytes += int64(len(out.Data))
		}
		j.ran(n, r)
		began := n.End
		if n.End = j.now(); !joined {
			n.Write = rounded(n.End - began)
		}
	})
}

// uncached notes why a job runs as the linker wrote it, or why its result isn't stored.
func (j *Journal) uncached(job distfile.Job, why string) {
	j.note(job, func(n *history.Job) { n.Why = why })
}

// ran notes when the compiler ran, and for how long.
func (j *Journal) ran(n *history.Job, r *action.Result) {
	n.Ran = rounded(r.Ran.Seconds())
	before := r.Began.Sub(j.started).Seconds() - n.Start // by a worker's clock, which may be another
	if !r.Cached && before > 0 && before+n.Ran <= n.Run {
		n.Before = rounded(before)
	}
}

// ranAsWritten notes that a job ran as the linker wrote it, and is done.
func (j *Journal) ranAsWritten(job distfile.Job, r *action.Result) {
	j.note(job, func(n *history.Job) {
		n.Outcome, n.From, n.Key, n.End = history.Local, history.FromHere, "", j.now()
		j.ran(n, r)
	})
}

// failed notes that the compiler failed for some jobs.
func (j *Journal) failed(f failed) {
	for _, job := range f.jobs {
		j.note(job, func(n *history.Job) {
			n.Outcome, n.From, n.Why, n.End = history.Failed, history.FromHere, f.why.Error(), j.now()
			if f.result.Service != "" {
				n.From = history.FromWorker(f.result.Service)
			}
			j.ran(n, f.result)
		})
	}
}
