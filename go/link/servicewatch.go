package link

import (
	"context"
	"sync"
	"time"
)

// A serviceWatch tells the user of a remote service that is silent.
type serviceWatch struct {
	options Options
	awaited awaited
}

// tellWaiting tells the user, on a terminal or with --verbose, what the link waits
// for while the service is silent, until the caller calls stop.
func (s *serviceWatch) tellWaiting(ctx context.Context) (stop func()) {
	if s.options.Remote == nil || s.options.Patience <= 0 || !s.options.Terminal.IsWatched() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() { s.tell(ctx) })
	return func() {
		cancel()
		telling.Wait()
	}
}

// tell tells the user when the service has given no sign of life for
// Options.Patience, or three times that while workers execute, and again each time
// that has doubled.
func (s *serviceWatch) tell(ctx context.Context) {
	patience := s.options.Patience
	begun, next := time.Now(), patience
	look := time.NewTicker(max(patience/4, time.Millisecond))
	defer look.Stop()
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		d, what, executing := s.awaited.silence(begun)
		least := patience
		if executing {
			least *= executingPatience
		}
		if d < least {
			next = least
		} else if d >= next {
			s.options.Terminal.Print("waiting for %s: %s; nothing heard for %v",
				s.options.Remote.Address(), what, d.Round(time.Second))
			next = 2 * d
		}
	}
}

// warnUnheard warns of a service that has never answered in this link.
func (s *serviceWatch) warnUnheard() {
	if s.awaited.isUnheard() {
		s.options.Terminal.WarnOnce("remote", "the remote service %s has not answered within %v; its jobs were compiled here",
			s.options.Remote.Address(), s.options.Patience)
	}
}
