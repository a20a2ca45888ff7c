package reapitest_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
)

// A stopped server's port isn't lent to others, who might answer for it or be
// in the way of its Restart.
func TestPortIsKept(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	other := reapitest.StartT(t, reapitest.Options{})
	s.Stop()
	own, err := net.ResolveTCPAddr("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	from := net.Dialer{LocalAddr: own}
	if conn, err := from.Dial("tcp", other.Addr()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("a connection from there: %v, %v", conn, err)
	}
	if conn, err := net.Dial("tcp", s.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("a connection to there: %v, %v", conn, err)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	c.wantCode(c.getCapabilities(c.ctx), codes.OK)
}
