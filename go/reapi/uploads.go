package reapi

import (
	"context"
	"sync"
	"time"

	"thinrex/go/digest"
)

// uploads brings blobs into the CAS, each at most once per link: the service
// is asked once whether it has a blob, and sent it once if it hasn't.
//
// A failure isn't remembered, so that the next one to need the blob tries
// again.
type uploads struct {
	c       *Client
	queries *batcher[*transfer] // FindMissingBlobs
	batches *batcher[*transfer] // BatchUpdateBlobs
	streams chan struct{}       // slots of Write
	room    *room

	mu  sync.Mutex
	all map[digest.Digest]*transfer
}

// A transfer is a blob on its way.
type transfer struct {
	Blob
	done  chan struct{}
	err   error     // once done
	ended time.Time // once done
}

// How many calls of a kind there are at once. Each batch holds up to 4 MiB,
// each stream a few times the size of a chunk.
const (
	queriesAtOnce = 4
	batchesAtOnce = 4
	streamsAtOnce = 16
)

func newUploads(c *Client) *uploads {
	u := &uploads{
		c:       c,
		room:    newRoom(min(refusalsForFull, c.opts.Retries+1), c.cache.busySince),
		streams: make(chan struct{}, streamsAtOnce),
		all:     map[digest.Digest]*transfer{},
	}
	u.queries = &batcher[*transfer]{atOnce: queriesAtOnce, owner: c.owned, call: u.findMissing, fit: func(waiting []*transfer) int {
		return min(len(waiting), digestsPerQuery)
	}}
	u.batches = &batcher[*transfer]{atOnce: batchesAtOnce, owner: c.owned, call: u.sendBatch, fit: func(waiting []*transfer) int {
		return fitBatch(c, waiting, func(t *transfer) int64 { return t.Digest.Size })
	}}
	return u
}

// upload returns once the service has all blobs.
func (u *uploads) upload(ctx context.Context, blobs []Blob) error {
	transfers := make([]*transfer, 0, len(blobs))
	var fresh []*transfer
	u.mu.Lock()
	for _, b := range blobs {
		if b.Digest.Size == 0 {
			continue // every service has it
		}
		t := u.all[b.Digest]
		if t == nil {
			t = &transfer{Blob: b, done: make(chan struct{})}
			u.all[b.Digest] = t
			fresh = append(fresh, t)
		}
		transfers = append(transfers, t)
	}
	u.mu.Unlock()
	u.queries.add(fresh...)
	return u.wait(ctx, transfers)
}

// wait returns once all transfers are done, or one has failed.
func (u *uploads) wait(ctx context.Context, transfers []*transfer) error {
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
	offer, err := u.c.cacheOffer(ctx)
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
		// Services answer a stream as soon as they see that they have its blob
		// (bazel-remote), but take a batch as it comes.
		if t.Digest.Size+perBlob > offer.maxBatch {
			u.stream(t, offer)
		} else {
			small = append(small, t)
		}
	}
	u.batches.add(small...)
	return u.wait(ctx, transfers)
}

// end says how a transfer went.
func (u *uploads) end(t *transfer, err error) { u.endAll([]*transfer{t}, err) }

// endAll says that of several that went alike.
func (u *uploads) endAll(transfers []*transfer, err error) {
	ends := map[*transfer]error{}
	for _, t := range transfers {
		ends[t] = err
	}
	u.endEach(ends)
}

// endEach says that of several at one time, so that who hears of one failure
// doesn't join another one.
func (u *uploads) endEach(ends map[*transfer]error) {
	u.mu.Lock()
	for t, err := range ends {
		t.err, t.ended = err, time.Now()
		t.Data = nil // nobody needs it any more
		if err != nil && u.all[t.Digest] == t {
			delete(u.all, t.Digest)
		}
	}
	u.mu.Unlock()
	for t := range ends {
		close(t.done)
	}
}

// forget makes blobs that were uploaded before a moment be asked for again:
// the service has lost them. Where clocks are coarse (Windows), what was
// uploaded just before it has the same time.
func (u *uploads) forget(blobs []Blob, before time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, b := range blobs {
		if t := u.all[b.Digest]; t != nil && !t.ended.IsZero() && !t.ended.After(before) {
			delete(u.all, b.Digest)
		}
	}
}
