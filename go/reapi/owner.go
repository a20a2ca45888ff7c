package reapi

import "sync"

// An owner waits for the goroutines that serve several calls. Unlike a
// sync.WaitGroup it takes another one while it waits: calls may still begin
// as their client is closed.
type owner struct {
	mu      sync.Mutex
	running int
	idle    *sync.Cond // on mu; that running may be 0
}

func newOwner() *owner {
	o := &owner{}
	o.idle = sync.NewCond(&o.mu)
	return o
}

func (o *owner) Go(f func()) {
	o.mu.Lock()
	o.running++
	o.mu.Unlock()
	go func() {
		defer o.end()
		f()
	}()
}

func (o *owner) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running--
	o.idle.Broadcast()
}

// Wait returns when no goroutine runs.
func (o *owner) Wait() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.running > 0 {
		o.idle.Wait()
	}
}
