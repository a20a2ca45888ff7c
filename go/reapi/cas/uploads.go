package cas

import (
	"context"
	"sync"
	"time"

	"thinrex/go/digest"
)

// uploads bring blobs into the CAS, each at most once per link: the service is
// asked once whether it has a blob, and gets it once if it doesn't.
//
// A failure isn't remembered, so that the next caller who needs the blob tries
// again.
type uploads struct {
	*wire
	queries *batcher[*transfer] // FindMissingBlobs
	batches *batcher[*transfer] // BatchUpdateBlobs
	slots   chan struct{}       // of Write streams
	room    *room

	mu  sync.Mutex
	all map[digest.Digest]*transfer
}

// A transfer is the upload of one blob.
type transfer struct {
	Blob
	done  chan struct{}
	err   error     // valid once done
	ended time.Time // valid once done
}

// How many calls of a kind there are at once. Each batch holds up to 4 MiB, each
// stream a few times the size of a chunk.
const (
	queriesAtOnce = 4
	batchesAtOnce = 4
	streamsAtOnce = 16
)

func newUploads(w *wire) *uploads {
	u := &uploads{
		wire:  w,
		room:  newRoom(min(refusalsForFull, w.opts.Retries+1), w.service.BusySince),
		slots: make(chan struct{}, streamsAtOnce),
		all:   map[digest.Digest]*transfer{},
	}
	u.queries = &batcher[*transfer]{
		atOnce:     queriesAtOnce,
		background: w.background,
		call:       u.findMissing,
		fit:        func(waiting []*transfer) int { return min(len(waiting), digestsPerQuery) },
	}
	u.batches = &batcher[*transfer]{
		atOnce:     batchesAtOnce,
		background: w.background,
		call:       u.sendBatch,
		fit: func(waiting []*transfer) int {
			return fitBatch(w, waiting, func(t *transfer) int64 { return t.Digest.Size })
		},
	}
	return u
}

// Upload returns once the service has all blobs. An error may wrap ErrNoRoom or
// action.ErrInputChanged.
func (c *Client) Upload(ctx context.Context, blobs []Blob) error {
	u := c.uploads
	transfers, fresh := u.transfersOf(blobs)
	u.queries.enqueue(fresh...)
	return waitAll(ctx, transfers)
}

// transfersOf returns the transfers of blobs, and those of them that are new.
func (u *uploads) transfersOf(blobs []Blob) (transfers, fresh []*transfer) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, b := range blobs {
		if b.Digest.Size == 0 {
			continue // every service has the empty blob
		}
		t := u.all[b.Digest]
		if t == nil {
			t = &transfer{Blob: b, done: make(chan struct{})}
			u.all[b.Digest] = t
			fresh = append(fresh, t)
		}
		transfers = append(transfers, t)
	}
	return transfers, fresh
}

// waitAll returns once all transfers are done, or one has failed.
func waitAll(ctx context.Context, transfers []*transfer) error {
	for _, t := range transfers {
		select {
		case <-t.done:
			if t.err != nil {
				return t.err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// replace uploads blobs without asking whether the service has them.
func (u *uploads) replace(ctx context.Context, blobs []Blob) error {
	if len(blobs) == 0 {
		return nil
	}
	limits, err := u.opts.Limits(ctx)
	if err != nil {
		return err
	}
	var transfers []*transfer
	u.mu.Lock()
	for _, b := range blobs {
		t := &transfer{Blob: b, done: make(chan struct{})}
		u.all[b.Digest] = t
		transfers = append(transfers, t)
	}
	u.mu.Unlock()
	var small []*transfer
	for _, t := range transfers {
		// As batches if possible: bazel-remote takes a batch as it comes, but answers
		// a stream without reading it when it has a blob of that digest.
		if t.Digest.Size+perBlob > limits.MaxBatch {
			u.startStream(t, limits)
		} else {
			small = append(small, t)
		}
	}
	u.batches.enqueue(small...)
	return waitAll(ctx, transfers)
}

// finish ends a transfer, with an error if it failed.
func (u *uploads) finish(t *transfer, err error) { u.finishAll([]*transfer{t}, err) }

// finishAll ends several transfers in the same way.
func (u *uploads) finishAll(transfers []*transfer, err error) {
	ends := map[*transfer]error{}
	for _, t := range transfers {
		ends[t] = err
	}
	u.finishEach(ends)
}

// finishEach ends several transfers under one lock, so that a caller who sees one
// of them fail and tries again never joins another that is about to fail.
func (u *uploads) finishEach(ends map[*transfer]error) {
	u.mu.Lock()
	for t, err := range ends {
		t.err, t.ended = err, time.Now()
		t.Data = nil // not needed any more
		if err != nil && u.all[t.Digest] == t {
			delete(u.all, t.Digest)
		}
	}
	u.mu.Unlock()
	for t := range ends {
		close(t.done)
	}
}

// Forget makes the next Upload ask the service again for blobs that were uploaded
// before a moment: the service has lost them. Where clocks are coarse (Windows),
// what was uploaded just before the moment has the same time.
func (c *Client) Forget(blobs []Blob, before time.Time) { c.uploads.forget(blobs, before) }

func (u *uploads) forget(blobs []Blob, before time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, b := range blobs {
		if t := u.all[b.Digest]; t != nil && !t.ended.IsZero() && !t.ended.After(before) {
			delete(u.all, b.Digest)
		}
	}
}
