package reapitest

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// CutConnections closes all connections of clients. The server and its executions go
// on.
func (s *Server) CutConnections() { s.endConnections(net.Conn.Close) }

// ResetConnections is like CutConnections, but clients get a TCP reset, which also
// loses data that is on its way to them.
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

// Leave makes the server unreachable: connections are reset, and new ones refused.
// Unlike after Stop, executions go on and are known after Return.
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

// Away calls Leave and, after some time, Return. It returns how long the server was
// unreachable, which on a busy machine may be longer.
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

// A listener keeps a list of its connections.
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

// Close stops listening at once. Closing the descriptor alone isn't enough: a process
// that is being started holds a copy of it between fork and exec, and meanwhile Restart
// would find the address in use.
func (l *listener) Close() error {
	stopListening(l.Listener)
	return l.Listener.Close()
}

// end ends all connections in some way.
func (l *listener) end(end func(net.Conn) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = end(c)
	}
}

// A conn removes itself from its listener's list when it is closed.
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
