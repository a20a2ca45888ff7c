package host

import "context"

// Slots bound how many commands run at once: by a number, and by the tokens
// of the GNU make that started the link, if any.
type Slots struct {
	free   chan struct{}
	tokens *jobserver // nil without one
}

// NewSlots returns n slots. makeflags is make's MAKEFLAGS.
func NewSlots(n int, makeflags string) *Slots {
	return &Slots{free: make(chan struct{}, n), tokens: openJobserver(makeflags)}
}

// Acquire waits for a slot. The caller calls release when its command has
// ended.
func (s *Slots) Acquire(ctx context.Context) (release func(), err error) {
	select {
	case s.free <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	giveBack, err := s.tokens.acquire(ctx)
	if err != nil {
		<-s.free
		return nil, err
	}
	return func() { giveBack(); <-s.free }, nil
}

// Idle reports whether there seems to be a free slot.
func (s *Slots) Idle() bool { return len(s.free) < cap(s.free) }

// Close gives up the connection to make.
func (s *Slots) Close() error { return s.tokens.close() }
