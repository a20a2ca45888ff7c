package reapitest

import (
	"context"
	"errors"
	"path"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// A Fault makes calls fail. A call meets at most one fault: the first injected one
// that applies to it.
type Fault struct {
	Method string // without its service, as in "FindMissingBlobs"; "": any
	Skip   int    // this many calls are made without the fault first
	Times  int    // how many calls then meet the fault; 0: all

	Delay   time.Duration // before anything else; alone, it only delays
	Code    codes.Code    // fail with this
	Message string
	// Hang takes the call and answers nothing until the client ends it or the server
	// stops.
	Hang bool
	// CutAfter is how many messages of a stream pass (sent by the server, or in Write by
	// the client) before Code or Hang takes effect. With Code OK the stream just ends.
	// -1 ends it before the first message.
	CutAfter int
}

func (f *Fault) err() error {
	if f.Code == codes.OK {
		return nil
	}
	message := f.Message
	if message == "" {
		message = "injected fault"
	}
	return status.Error(f.Code, message)
}

// Inject adds a fault; withdraw removes it for later calls.
func (s *Server) Inject(f Fault) (withdraw func()) { return s.faults.add(f) }

// StallStorage makes the Action Cache and the CAS answer nothing, as if the service's
// storage were dead. Actions whose inputs are stored are still executed.
func (s *Server) StallStorage() {
	for _, method := range []string{
		"GetActionResult", "UpdateActionResult", "FindMissingBlobs", "BatchUpdateBlobs", "BatchReadBlobs", "Read", "Write",
	} {
		s.Inject(Fault{Method: method, Hang: true})
	}
}

// faults are the injected faults, in order.
type faults struct {
	mu   sync.Mutex
	list []*armed
}

// An armed fault counts the calls that it applies to.
type armed struct {
	Fault
	seen int
}

func (fs *faults) add(f Fault) (remove func()) {
	a := &armed{Fault: f}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = append(fs.list, a)
	return func() {
		fs.mu.Lock()
		defer fs.mu.Unlock()
		fs.list = slices.DeleteFunc(fs.list, func(b *armed) bool { return a == b })
	}
}

// meet returns the fault for a call of a method, or an empty one.
func (fs *faults) meet(method string) Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, a := range fs.list {
		if a.Method != "" && a.Method != method {
			continue
		}
		a.seen++
		if a.seen > a.Skip && (a.Times == 0 || a.seen <= a.Skip+a.Times) {
			return a.Fault
		}
	}
	return Fault{}
}

// enter checks a call and applies the faults that come before it. ok says whether the
// call is made.
func (s *Server) enter(ctx context.Context, method string, f Fault) (ok bool, err error) {
	if err := s.tooManyCalls(); err != nil {
		return false, err
	}
	if err := wait(ctx, s.opts.Latency+f.Delay); err != nil {
		return false, err
	}
	if f.CutAfter <= 0 && f.Hang {
		<-ctx.Done()
		return false, status.FromContextError(ctx.Err()).Err()
	}
	if f.CutAfter < 0 || f.CutAfter == 0 && f.Code != codes.OK {
		return false, f.err()
	}
	header, _ := metadata.FromIncomingContext(ctx)
	if s.opts.Authorize != nil {
		if err := s.opts.Authorize(method, header); err != nil {
			return false, err
		}
	}
	if s.opts.RequireMetadata && requestMetadata(header) == nil {
		return false, status.Error(codes.InvalidArgument, "RequestMetadata is missing")
	}
	return true, nil
}

// unary is the interceptor of all calls without streams.
func (s *Server) unary(
	ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler,
) (resp any, err error) {
	method := path.Base(info.FullMethod)
	defer s.seen.begin(ctx, method)(&err)
	f := s.faults.meet(method)
	f.CutAfter = 0 // there is no stream to cut
	if ok, err := s.enter(ctx, method, f); !ok {
		return nil, err
	}
	return next(ctx, req)
}

// stream is the interceptor of all calls with a stream.
func (s *Server) stream(
	srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler,
) (err error) {
	method := path.Base(info.FullMethod)
	defer s.seen.begin(ss.Context(), method)(&err)
	f := s.faults.meet(method)
	if ok, err := s.enter(ss.Context(), method, f); !ok {
		return err
	}
	if f.CutAfter == 0 {
		return next(srv, ss)
	}
	ctx, end := context.WithCancel(ss.Context())
	defer end()
	cut := &cutStream{
		ServerStream: ss,
		ctx:          ctx,
		end:          end,
		incoming:     info.IsClientStream,
		hang:         f.Hang,
		left:         f.CutAfter,
	}
	if err := next(srv, cut); !cut.done {
		return err
	}
	return f.err()
}

var errCut = errors.New("stream cut")

// A cutStream ends for its handler after some messages. It counts the messages of the
// direction in which the method streams; each method here streams in one direction
// only.
type cutStream struct {
	grpc.ServerStream
	ctx      context.Context
	end      func()
	incoming bool // the client streams
	hang     bool
	left     int // messages until the cut
	done     bool
}

func (c *cutStream) Context() context.Context { return c.ctx }

func (c *cutStream) SendMsg(m any) error {
	if c.incoming {
		return c.ServerStream.SendMsg(m)
	}
	return c.count(func() error { return c.ServerStream.SendMsg(m) })
}

func (c *cutStream) RecvMsg(m any) error {
	if !c.incoming {
		return c.ServerStream.RecvMsg(m)
	}
	return c.count(func() error { return c.ServerStream.RecvMsg(m) })
}

// count passes a message on, unless it is to be cut.
func (c *cutStream) count(pass func() error) error {
	if c.done {
		return errCut
	}
	if c.incoming && c.left == 0 {
		c.cut()
		return errCut
	}
	err := pass()
	if err == nil {
		c.left--
	}
	if !c.incoming && c.left == 0 {
		c.cut()
	}
	return err
}

func (c *cutStream) cut() {
	c.done = true
	if c.hang {
		<-c.ctx.Done()
	}
	c.end()
}

// wait waits for some time, unless the call ends first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}
