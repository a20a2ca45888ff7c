package main

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A signal that comes just before another program takes the process over ends the process.
// That program, which fails this test if it is run, would never hear of the signal.
func TestSignalBeforeOtherProgram(t *testing.T) {
	ctx, stop := contextUntilStopped()
	defer stop()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := runPlain(ctx, []string{"false"}, nil)
	if stopped, ok := errors.AsType[*errStopped](err); !ok || stopped.code != exitSignal+int(unix.SIGTERM) {
		t.Errorf("%v", err)
	}
}
