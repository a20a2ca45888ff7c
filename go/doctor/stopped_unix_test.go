//go:build unix

package doctor_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"thinrex/go/doctor"
)

// Stopping a check prints no line that calls the compiler broken.
func TestStopped(t *testing.T) {
	dir := t.TempDir()
	started, compiler := filepath.Join(dir, "started"), filepath.Join(dir, "clang")
	if err := syscall.Mkfifo(started, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(compiler, []byte("#!/bin/sh\necho >"+started+"\nexec sleep 1000\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		_, _ = os.ReadFile(started) // waits for the compiler
		stop()
	}()
	doctor.Run(ctx, doctor.Options{Compiler: []string{compiler}}, func(line doctor.Line) {
		t.Errorf("told: %+v", line)
	})
}
