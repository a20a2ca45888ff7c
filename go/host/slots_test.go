//go:build unix

package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestSlots(t *testing.T) {
	s := NewSlots(2, "")
	defer s.Close()
	one, _ := s.Acquire(t.Context())
	two, _ := s.Acquire(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Acquire(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third of two slots: %v", err)
	}
	one.Free()
	three, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two.Free()
	three.Free()
}

// A lease that holds a slot takes no second one, and gives its slot back once.
func TestLease(t *testing.T) {
	s := NewSlots(1, "")
	defer s.Close()
	lease := s.Lease()
	for range 2 {
		if err := lease.Take(t.Context()); err != nil || lease.Idle() {
			t.Fatalf("a taken lease: %v, idle %v", err, lease.Idle())
		}
	}
	for range 2 {
		lease.Free()
	}
	if !s.Idle() {
		t.Error("the slot wasn't given back")
	}
}

// A pipe with one token, as make -j2 sets it up: two commands may run, our own
// and one more, whatever --jobs says.
func TestJobserver(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := w.WriteString("+"); err != nil {
		t.Fatal(err)
	}
	s := NewSlots(8, fmt.Sprintf(" -j2 --jobserver-auth=%d,%d", r.Fd(), w.Fd()))
	defer s.Close()
	one, _ := s.Acquire(t.Context())
	two, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*poll)
	defer cancel()
	if _, err := s.Acquire(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("three commands under make -j2: %v", err)
	}
	one.Free() // our own token is free again
	three, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two.Free()
	three.Free()
	token := make([]byte, 2)
	if n, err := r.Read(token); n != 1 || token[0] != '+' {
		t.Errorf("gave back %q, %v", token[:n], err)
	}
}

func TestJobserverFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewSlots(8, "-j --jobserver-auth=3,4 --jobserver-auth=fifo:"+path)
	defer s.Close()
	if s.tokens == nil {
		t.Fatal("the fifo wasn't opened")
	}
	lease, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Free()
	ctx, cancel := context.WithTimeout(t.Context(), 2*poll)
	defer cancel()
	if _, err := s.Acquire(ctx); err == nil {
		t.Error("an empty fifo gave a token")
	}
}

func TestNoJobserver(t *testing.T) {
	// Two pipes that have nothing to do with make, where its own were.
	var ends [2]*os.File
	for i := range ends {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		ends[i] = r
	}
	foreign := fmt.Sprintf("--jobserver-auth=%d,%d", ends[0].Fd(), ends[1].Fd())
	if j := openJobserver(foreign); j != nil {
		t.Error("took foreign pipes for a jobserver")
	}
	for _, makeflags := range []string{"", "-k", "--jobserver-auth=97,98", "--jobserver-auth=fifo:/nonexistent"} {
		if j := openJobserver(makeflags); j != nil {
			t.Errorf("%q opened a jobserver", makeflags)
		}
	}
}
