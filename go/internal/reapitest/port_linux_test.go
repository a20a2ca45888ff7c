package reapitest_test

import (
	"errors"
	"net"
	"os"
	"strconv"
	"syscall"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/internal/reapitest"
)

// No other process gets the port of a stopped server: it could answer in the server's
// place, or make Restart fail.
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
		t.Fatalf("a connection from the port: %v, %v", conn, err)
	}
	if conn, err := net.Dial("tcp", s.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("a connection to the port: %v, %v", conn, err)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	c.wantCode(c.getCapabilities(c.ctx), codes.OK)
}

// A server restarts although another process has a copy of its listening socket, as
// between fork and exec.
func TestRestartBesideAStartingProcess(t *testing.T) {
	s, _ := start(t, reapitest.Options{})
	port, err := net.ResolveTCPAddr("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	held := copyOfListener(t, port.Port)
	defer syscall.Close(held)
	s.Stop()
	if c, err := net.Dial("tcp", s.Addr()); err == nil {
		c.Close()
		t.Error("a stopped server takes a connection")
	}
	if err := s.Restart(); err != nil {
		t.Error(err)
	}
}

// copyOfListener returns a copy of the socket that listens on a port.
func copyOfListener(t *testing.T, port int) (fd int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		open, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		listens, err := syscall.GetsockoptInt(open, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
		if err != nil || listens == 0 {
			continue
		}
		name, _ := syscall.Getsockname(open)
		if own, ok := name.(*syscall.SockaddrInet4); ok && own.Port == port {
			if fd, err = syscall.Dup(open); err != nil {
				t.Fatal(err)
			}
			return fd
		}
	}
	t.Fatalf("no socket listens on port %d", port)
	return -1
}
