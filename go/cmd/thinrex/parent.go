package main

import (
	"context"
	"os"
	"syscall"
	"time"
)

// whileParentRuns returns a context that ends when the linker that started us
// is gone: it may be killed without us hearing of it.
func whileParentRuns(ctx context.Context, parent int) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		look := time.NewTicker(100 * time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-look.C:
				if os.Getppid() != parent {
					cancel(&errStopped{"the linker is gone", exitSignal + int(syscall.SIGHUP)})
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
	}
}
