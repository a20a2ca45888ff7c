package cas

import "sync"

// A background runs the goroutines that serve several callers, and waits for
// their end. Unlike a sync.WaitGroup it can get another goroutine while it waits:
// calls may still begin as their client is closed.
type background struct {
	mu      sync.Mutex
	running int
	idle    *sync.Cond // on mu; signals that running may be 0
}

func newBackground() *background {
	b := &background{}
	b.idle = sync.NewCond(&b.mu)
	return b
}

func (b *background) Go(f func()) {
	b.mu.Lock()
	b.running++
	b.mu.Unlock()
	go func() {
		defer b.end()
		f()
	}()
}

func (b *background) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
	b.idle.Broadcast()
}

// Wait returns when no goroutine runs.
func (b *background) Wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.running > 0 {
		b.idle.Wait()
	}
}
