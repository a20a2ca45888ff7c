package host

import "context"

// Slots bound how many commands run at once: by a number, and by the tokens of
// the GNU make that started the link, if any.
type Slots struct {
	free   chan struct{}
	tokens *jobserver // nil without one
}

// NewSlots returns n slots. makeflags is make's MAKEFLAGS, "" for no make.
func NewSlots(n int, makeflags string) *Slots {
	return &Slots{free: make(chan struct{}, n), tokens: openJobserver(makeflags)}
}

// Lease returns a lease that holds no slot yet.
func (s *Slots) Lease() *Lease { return &Lease{slots: s} }

// Acquire waits for a slot and returns a lease that holds it.
func (s *Slots) Acquire(ctx context.Context) (*Lease, error) {
	l := s.Lease()
	return l, l.Take(ctx)
}

// Count returns how many slots there are.
func (s *Slots) Count() int { return cap(s.free) }

// Close gives up the connection to make.
func (s *Slots) Close() error { return s.tokens.close() }

// A Lease is one command's right to a slot. It has one owner at a time, who may
// hand it on; the last one calls Free.
type Lease struct {
	slots    *Slots
	giveBack func() // returns the slot; nil while the lease holds none
}

// Take waits for a slot, unless the lease holds one.
func (l *Lease) Take(ctx context.Context) error {
	if l.giveBack != nil {
		return nil
	}
	select {
	case l.slots.free <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	returnToken, err := l.slots.tokens.acquire(ctx)
	if err != nil {
		<-l.slots.free
		return err
	}
	l.giveBack = func() { returnToken(); <-l.slots.free }
	return nil
}

// Free gives the slot back. A lease that holds none stays as it is, so that a
// slot is never given back twice.
func (l *Lease) Free() {
	if l.giveBack != nil {
		l.giveBack()
		l.giveBack = nil
	}
}

// Idle reports whether there seems to be a free slot.
func (l *Lease) Idle() bool { return l.slots.Idle() }

// Idle reports whether there seems to be a free slot.
func (s *Slots) Idle() bool { return len(s.free) < cap(s.free) }
