package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// A stopper ends a context on a signal.
type stopper struct {
	signals chan os.Signal
	cancel  context.CancelCauseFunc
	once    sync.Once
	done    chan struct{} // closed to end the wait for signals
	ended   chan struct{} // closed when that has ended
}

// stopperKey is that of the stopper in its context.
type stopperKey struct{}

// contextUntilStopped returns a context that ends on a signal. Its cause is an
// errStopped. The function that is returned with it ends the wait for signals.
func contextUntilStopped() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &stopper{
		signals: make(chan os.Signal, 1),
		cancel:  cancel,
		done:    make(chan struct{}),
		ended:   make(chan struct{}),
	}
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) { // as under nohup
			signal.Notify(s.signals, sig)
		}
	}
	go func() {
		defer close(s.ended)
		select {
		case sig := <-s.signals:
			s.stoppedBy(sig)
		case <-s.done:
		}
	}()
	return context.WithValue(ctx, stopperKey{}, s), func() {
		s.release()
		cancel(nil)
	}
}

func (s *stopper) stoppedBy(sig os.Signal) {
	number, _ := sig.(syscall.Signal)
	s.cancel(&errStopped{"stopped by signal: " + sig.String(), exitSignal + int(number)})
}

// release gives signals their default action again. One that has come before ends the context.
func (s *stopper) release() {
	s.once.Do(func() {
		signal.Stop(s.signals)
		close(s.done)
	})
	<-s.ended
	select {
	case sig := <-s.signals:
		s.stoppedBy(sig)
	default:
	}
}

// releaseSignals is called before another program takes this process over. A signal that
// came too early for that program would otherwise be lost, and the program would run on. It
// returns why ctx has ended, if it has.
func releaseSignals(ctx context.Context) error {
	if s, ok := ctx.Value(stopperKey{}).(*stopper); ok {
		s.release()
	}
	return context.Cause(ctx)
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
