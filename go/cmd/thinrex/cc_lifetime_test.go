//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// startPiped starts a script that compiles slow.c, which includes a pipe, and
// returns the end of that for writing once the compiler reads.
func (s *site) startPiped(script string) (pid int, wait func() error, pipe *os.File) {
	s.t.Helper()
	s.write("slow.c", "#include \"pipe\"\n")
	if err := syscall.Mkfifo(s.path("pipe"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	cmd := s.command(script)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	eventually(s.t, "the compiler to read", func() (opened bool) {
		var err error
		pipe, err = os.OpenFile(s.path("pipe"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
		return err == nil
	})
	return cmd.Process.Pid, cmd.Wait, pipe
}

// A compilation in the background outlives the process that started it, as the
// compiler would.
func TestCompilationOutlivesParent(t *testing.T) {
	s := newSite(t)
	pid, wait, pipe := s.startPiped("$THINREX cc -- clang-22 -O2 -flto=thin -c slow.c -o slow.o & exec sleep 1000")
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := wait(); err == nil {
		t.Fatal("the parent wasn't killed")
	}
	time.Sleep(300 * time.Millisecond) // a link would have looked for its parent three times
	if _, err := pipe.WriteString("int slow;\n"); err != nil {
		t.Fatal(err)
	}
	pipe.Close()
	eventually(t, "the object", func() bool { _, err := os.Stat(s.path("slow.o")); return err == nil })
	s.nothingLeft()
}

// Ctrl-C ends make and the compilations that it started.
func TestInterruptedMake(t *testing.T) {
	s := newSite(t)
	s.write("Makefile", "slow.o: slow.c\n\t$$THINREX cc -- clang-22 -O2 -flto=thin -MD -c slow.c -o slow.o\n")
	pid, wait, pipe := s.startPiped("exec make")
	defer pipe.Close()
	if err := syscall.Kill(-pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := wait(); err == nil {
		t.Error("make succeeded")
	}
	s.nothingLeft()
	if left, _ := filepath.Glob(s.path("slow.[od]")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
