//go:build !linux

package reapitest

import "net"

// reservePort reserves nothing on this system: while a server is stopped, another
// process may get its port.
func reservePort() (address string, release func(), err error) {
	return anyPort, func() {}, nil
}

func stopListening(net.Listener) {}
