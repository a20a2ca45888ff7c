// Package reapitest is a Remote Execution API v2 server on a loopback port, for tests
// and benchmarks. It is a real gRPC server with its content in memory. It is as strict
// as the API, injects faults and latency on demand, and counts the calls that it gets.
// Only tests should use it.
package reapitest

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

// A Server is one server, whose CAS and Action Cache outlive a Restart.
type Server struct {
	opts Options
	caps *repb.ServerCapabilities

	blobs   *blobs
	results *results
	codec   *codec
	faults  faults
	tamper  tampering
	seen    *observed
	scratch scratch

	lastOp atomic.Int64 // names operations

	network, address string // kept, so that Restart listens there again
	release          func() // ends the reservation of the address

	mu sync.Mutex // guards up
	up *life      // nil while stopped
}

// A life is the part of a server that ends with Stop.
type life struct {
	grpc       *grpc.Server
	listener   *listener
	executions *executions
	served     chan struct{} // closed when the server has stopped listening
}

// Start starts a server. The caller closes it.
func Start(o Options) (*Server, error) {
	o.fill()
	codec, err := newCodec()
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts:    o,
		caps:    o.capabilities(),
		blobs:   newBlobs(),
		results: newResults(),
		codec:   codec,
		seen:    newObserved(),
		scratch: scratch{base: o.ScratchDir},
		network: "unix",
	}
	if o.Socket != "" {
		s.address, err = filepath.Abs(o.Socket)
		s.release = func() {}
	} else {
		s.network = "tcp"
		s.address, s.release, err = reservePort()
	}
	if err != nil {
		return nil, fmt.Errorf("reapitest: %w", err)
	}
	if err := s.listen(); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// Addr is the address for clients: 127.0.0.1:PORT or unix:/PATH. It stays the same
// after a Restart, and no other process gets it while the server is stopped.
func (s *Server) Addr() string {
	if s.network == "unix" {
		return "unix:" + s.address
	}
	return s.address
}

// Stop ends the server as a crash would: connections are cut, executions end and are
// forgotten, and new connections are refused. Blobs and results stay.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up == nil {
		return
	}
	s.up.grpc.Stop() // waits for the handlers
	<-s.up.served
	s.up.executions.stop()
	s.up = nil
}

// Restart stops the server, if it runs, and listens again on the same address.
func (s *Server) Restart() error {
	s.Stop()
	return s.listen()
}

// Close ends the server and all that it runs, and removes its files.
func (s *Server) Close() error {
	s.Stop()
	s.release()
	s.codec.close()
	return s.scratch.remove()
}

const anyPort = "127.0.0.1:0"

// listen begins a life of the server.
func (s *Server) listen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.newListener()
	if err != nil {
		return err
	}
	up := &life{
		grpc:       grpc.NewServer(s.serverOptions()...),
		listener:   l,
		executions: newExecutions(context.Background(), s),
	}
	repb.RegisterCapabilitiesServer(up.grpc, capabilitiesService{s})
	repb.RegisterActionCacheServer(up.grpc, actionCacheService{s})
	repb.RegisterContentAddressableStorageServer(up.grpc, casService{s: s})
	bspb.RegisterByteStreamServer(up.grpc, byteStreamService{s})
	repb.RegisterExecutionServer(up.grpc, up.executions)
	up.serve()
	s.up = up
	return nil
}

// serve takes connections until the listener is closed.
func (up *life) serve() {
	l, over := up.listener, make(chan struct{})
	up.served = over
	go func() {
		defer close(over)
		_ = up.grpc.Serve(l) // returns only when the listener is closed, with an error
	}()
}

func (s *Server) serverOptions() []grpc.ServerOption {
	opts := []grpc.ServerOption{
		grpc.WaitForHandlers(true),
		grpc.MaxConcurrentStreams(100), // as with many servers and proxies
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxSendMsgSize(maxMessage),
		grpc.ReadBufferSize(128 << 10),
		grpc.WriteBufferSize(128 << 10),
		grpc.InitialWindowSize(1 << 20),
		grpc.InitialConnWindowSize(16 << 20),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime: time.Millisecond, PermitWithoutStream: true,
		}),
		grpc.ForceServerCodecV2(wire{}),
		grpc.UnaryInterceptor(s.unary),
		grpc.StreamInterceptor(s.stream),
	}
	if s.opts.ConnectionAge > 0 {
		opts = append(opts, grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge:      s.opts.ConnectionAge,
			MaxConnectionAgeGrace: s.opts.ConnectionGrace,
		}))
	}
	if s.opts.TLS != nil {
		opts = append(opts, grpc.Creds(credentials.NewTLS(s.opts.TLS)))
	}
	return opts
}

// capabilitiesService serves what Options.Capabilities has edited.
type capabilitiesService struct{ *Server }

func (s capabilitiesService) GetCapabilities(
	_ context.Context, req *repb.GetCapabilitiesRequest,
) (*repb.ServerCapabilities, error) {
	return s.caps, s.checkInstance(req.GetInstanceName())
}
