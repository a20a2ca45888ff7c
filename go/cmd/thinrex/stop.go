package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// contextUntilStopped returns a context that ends on a signal. Its cause is an
// errStopped. The function that is returned with it ends the wait for signals.
func contextUntilStopped() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as under nohup
			signal.Notify(signals, s)
		}
	}
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			number, _ := s.(syscall.Signal)
			cancel(&errStopped{"stopped by signal: " + s.String(), exitSignal + int(number)})
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// whileParentRuns returns a context that ends when the linker that started this
// process is gone: a linker that is killed sends its children no signal. The
// function that is returned with it ends the watch.
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
