package reapi

import (
	"slices"
	"sync"
)

// A batcher collects items while calls are under way, and makes the next call
// with what has come meanwhile: nobody waits for a batch to be full.
type batcher[T any] struct {
	atOnce int
	owner  *owner
	fit    func(waiting []T) int // how many of them, at least one, go into one call
	call   func([]T)

	mu      sync.Mutex
	waiting []T
	running int
}

func (b *batcher[T]) add(items ...T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, items...)
	b.start()
}

// start has another goroutine make calls, if there is something to do for it.
func (b *batcher[T]) start() {
	if len(b.waiting) > 0 && b.running < b.atOnce {
		b.running++
		b.owner.Go(b.run)
	}
}

func (b *batcher[T]) run() {
	for {
		b.mu.Lock()
		if len(b.waiting) == 0 {
			b.running--
			b.mu.Unlock()
			return
		}
		n := b.fit(b.waiting)
		items := slices.Clone(b.waiting[:n])
		b.waiting = slices.Delete(b.waiting, 0, n) // and keeps none of their memory
		b.start()
		b.mu.Unlock()
		b.call(items)
	}
}

// fitBatch returns how many blobs one batch message may carry.
func fitBatch[T any](c *Client, blobs []T, size func(T) int64) int {
	offer, err := c.cacheOffer(c.ctx)
	if err != nil {
		return len(blobs) // the call will say it
	}
	sum := int64(0)
	for i, b := range blobs {
		if sum += size(b) + perBlob; sum > offer.maxBatch && i > 0 {
			return i
		}
	}
	return len(blobs)
}
