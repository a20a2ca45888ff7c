package reapitest

import (
	"net"
	"os"
	"sync"
	"syscall"
)

// reservePort finds a free loopback port and keeps it from others until it is
// released. As long as we don't listen there, callers are refused.
func reservePort() (address string, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, os.NewSyscallError("socket", err)
	}
	release = sync.OnceFunc(func() { _ = syscall.Close(fd) })
	if address, err = bindPort(fd); err != nil {
		release()
	}
	return address, release, err
}

func bindPort(fd int) (address string, err error) {
	// Package net says so of its sockets, too; then it may listen beside us.
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return "", os.NewSyscallError("setsockopt", err)
	}
	own := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := syscall.Bind(fd, own); err != nil {
		return "", os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return "", os.NewSyscallError("getsockname", err)
	}
	if bound, ok := name.(*syscall.SockaddrInet4); ok {
		own = bound
	}
	return (&net.TCPAddr{IP: own.Addr[:], Port: own.Port}).String(), nil
}

// stopListening refuses new connections from now on, also where another process
// holds a copy of the socket.
func stopListening(l net.Listener) {
	socket, ok := l.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { _ = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
}
