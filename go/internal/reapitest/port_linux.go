package reapitest

import (
	"net"
	"os"
	"sync"
	"syscall"
)

// reservePort finds a free loopback port and reserves it until it is released. While
// no server listens there, connections are refused.
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
	// Package net sets this option, too, so that it can listen on the reserved port.
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

// stopListening makes a socket refuse new connections, even if another process holds a
// copy of it.
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
