package reapitest

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// CutConnections closes every connection that clients have open. The server
// goes on, and so do executions.
func (s *Server) CutConnections() { s.endConnections(net.Conn.Close) }

// ResetConnections is like CutConnections, but clients get a TCP reset, which
// also loses what is on its way to them.
func (s *Server) ResetConnections() { s.endConnections(reset) }

func reset(c net.Conn) error {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	return c.Close()
}

func (s *Server) endConnections(end func(net.Conn) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up != nil {
		s.up.listener.end(end)
	}
}

// Leave makes the server unreachable: connections are reset, and nobody listens.
// Unlike after a Stop, executions go on, and are known when it is back.
func (s *Server) Leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		return
	}
	s.up.listener.Close()
	<-s.up.served
	s.up.listener.end(reset)
}

// Return makes a server reachable again after Leave.
func (s *Server) Return() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		return errors.New("reapitest: the server was stopped meanwhile")
	}
	l, err := s.newListener()
	if err != nil {
		return err
	}
	s.up.listener = l
	s.up.serve()
	return nil
}

// Away is Leave, and Return after some time. It returns how long the server was
// away, which on a busy machine may be longer.
func (s *Server) Away(d time.Duration) (time.Duration, error) {
	left := time.Now()
	s.Leave()
	time.Sleep(d)
	err := s.Return()
	return time.Since(left), err
}

func (s *Server) newListener() (*listener, error) {
	inner, err := net.Listen(s.network, s.address)
	if err != nil {
		return nil, fmt.Errorf("reapitest: %w", err)
	}
	if s.address == anyPort {
		s.address = inner.Addr().String()
	}
	return &listener{Listener: inner, open: map[net.Conn]bool{}}, nil
}

// A listener remembers its connections.
type listener struct {
	net.Listener
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c] = true
	return &conn{Conn: c, l: l}, nil
}

// Close stops listening at once. Closing the descriptor alone would not: a
// process that is being started holds a copy of it until it has become its
// program, and meanwhile Restart would find the address in use.
func (l *listener) Close() error {
	stopListening(l.Listener)
	return l.Listener.Close()
}

func (l *listener) end(end func(net.Conn) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = end(c)
	}
}

type conn struct {
	net.Conn
	l *listener
}

func (c *conn) Close() error {
	c.l.mu.Lock()
	delete(c.l.open, c.Conn)
	c.l.mu.Unlock()
	return c.Conn.Close()
}
