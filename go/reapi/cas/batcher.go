package cas

import (
	"slices"
	"sync"
)

// A batcher collects items while calls are under way, and makes the next call
// with what has come meanwhile: no item waits for a batch to be full.
type batcher[T any] struct {
	atOnce     int // how many calls are made at once
	background *background
	fit        func(waiting []T) int // how many of them, at least one, go into one call
	call       func([]T)

	mu      sync.Mutex
	waiting []T
	running int
}

// enqueue adds items that are to go into some call.
func (b *batcher[T]) enqueue(items ...T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, items...)
	b.startWorker()
}

// startWorker starts another goroutine that makes calls, if there is something
// to do for it. It is called with b.mu held.
func (b *batcher[T]) startWorker() {
	if len(b.waiting) > 0 && b.running < b.atOnce {
		b.running++
		b.background.Go(b.makeCalls)
	}
}

// makeCalls makes calls until no item waits.
func (b *batcher[T]) makeCalls() {
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
		b.startWorker()
		b.mu.Unlock()
		b.call(items)
	}
}

// perBlob is more than what a blob adds to the size of a batch message beside its
// data: its digest, a status, and their framing.
const perBlob = 256

// fitBatch returns how many blobs one batch message may carry.
func fitBatch[T any](w *wire, blobs []T, size func(T) int64) int {
	limits, err := w.opts.Limits(w.ctx)
	if err != nil {
		return len(blobs) // the call will fail with it
	}
	sum := int64(0)
	for i, b := range blobs {
		if sum += size(b) + perBlob; sum > limits.MaxBatch && i > 0 {
			return i
		}
	}
	return len(blobs)
}
