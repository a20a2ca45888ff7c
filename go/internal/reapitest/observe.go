package reapitest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
)

// A Call is one call as it came in, whether it succeeded or not.
type Call struct {
	Method   string // without its service
	Header   metadata.MD
	Metadata *repb.RequestMetadata // nil if it was missing or malformed
	Timeout  time.Duration         // the client's; 0: none
}

// observed counts calls, blobs and executions.
type observed struct {
	mu             sync.Mutex
	calls          []Call
	methods        map[string]*counts
	changed        chan struct{} // closed and made anew when a call comes in
	received, sent int64
	queried        map[digest.Digest]int // how often FindMissingBlobs was called for each blob
	executions     []digest.Digest
}

// counts are those of one method: all calls, those that are open, the most that were
// open at once, and those that clients gave up.
type counts struct{ total, active, most, abandoned int }

func newObserved() *observed {
	return &observed{
		methods: map[string]*counts{},
		changed: make(chan struct{}),
		queried: map[digest.Digest]int{},
	}
}

const metadataHeader = "build.bazel.remote.execution.v2.requestmetadata-bin"

func requestMetadata(header metadata.MD) *repb.RequestMetadata {
	values := header.Get(metadataHeader)
	m := &repb.RequestMetadata{}
	if len(values) == 0 || proto.Unmarshal([]byte(values[0]), m) != nil {
		return nil
	}
	return m
}

// begin counts a call that comes in. The function that it returns counts its end.
func (o *observed) begin(ctx context.Context, method string) func(*error) {
	header, _ := metadata.FromIncomingContext(ctx)
	call := Call{Method: method, Header: header, Metadata: requestMetadata(header)}
	if deadline, ok := ctx.Deadline(); ok {
		call.Timeout = time.Until(deadline)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.method(method)
	c.total++
	c.active++
	c.most = max(c.most, c.active)
	o.calls = append(o.calls, call)
	close(o.changed)
	o.changed = make(chan struct{})
	return func(err *error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		c.active--
		if *err != nil && ctx.Err() != nil {
			c.abandoned++
		}
	}
}

// method returns the counts of a method. It is called with o.mu held.
func (o *observed) method(name string) *counts {
	c := o.methods[name]
	if c == nil {
		c = &counts{}
		o.methods[name] = c
	}
	return c
}

// underWay returns how many calls of all methods are open.
func (o *observed) underWay() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.methods {
		n += c.active
	}
	return n
}

func (o *observed) transferred(received, sent int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.received += int64(received)
	o.sent += int64(sent)
}

func (o *observed) countQueries(ds []digest.Digest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range ds {
		o.queried[d]++
	}
}

func (o *observed) executed(d digest.Digest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.executions = append(o.executions, d)
}

// counted returns one of the counts of a method.
func (s *Server) counted(method string, f func(*counts) int) int {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return f(s.seen.method(method))
}

// Calls returns how often a method was called, including calls that met a fault.
func (s *Server) Calls(method string) int {
	return s.counted(method, func(c *counts) int { return c.total })
}

// MaxConcurrent returns the most calls of a method that were open at once.
func (s *Server) MaxConcurrent(method string) int {
	return s.counted(method, func(c *counts) int { return c.most })
}

// Abandoned returns how many calls of a method failed because the client cancelled
// them, its deadline passed, or the connection broke.
func (s *Server) Abandoned(method string) int {
	return s.counted(method, func(c *counts) int { return c.abandoned })
}

// WaitCalls waits until a method has been called n times.
func (s *Server) WaitCalls(ctx context.Context, method string, n int) error {
	for {
		s.seen.mu.Lock()
		total, changed := s.seen.method(method).total, s.seen.changed
		s.seen.mu.Unlock()
		if total >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %d calls of %s, seen %d: %w", n, method, total, ctx.Err())
		}
	}
}

// Requests returns the calls of a method, in the order in which they came in;
// of all methods, if method is "".
func (s *Server) Requests(method string) []Call {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	var list []Call
	for _, c := range s.seen.calls {
		if method == "" || c.Method == method {
			list = append(list, c)
		}
	}
	return list
}

// Metadata returns the RequestMetadata of all calls in order, each once.
func (s *Server) Metadata() []*repb.RequestMetadata {
	var list []*repb.RequestMetadata
	seen := map[string]bool{}
	for _, c := range s.Requests("") {
		key, err := proto.MarshalOptions{Deterministic: true}.Marshal(c.Metadata)
		if c.Metadata != nil && err == nil && !seen[string(key)] {
			seen[string(key)] = true
			list = append(list, c.Metadata)
		}
	}
	return list
}

// Received returns the bytes of blobs that came in. Compressed blobs count with their
// compressed size.
func (s *Server) Received() int64 {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return s.seen.received
}

// Sent returns the bytes of blobs that went out, counted as by Received and including
// inlined ones.
func (s *Server) Sent() int64 {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return s.seen.sent
}

// Executions returns the actions that were run, not taken from the Action Cache, in
// the order in which they started.
func (s *Server) Executions() []digest.Digest {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return slices.Clone(s.seen.executions)
}

// QueriedTwice returns the digests for which FindMissingBlobs was called more than
// once.
func (s *Server) QueriedTwice() []digest.Digest {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return twice(s.seen.queried)
}

// twice returns the digests that were counted more than once, sorted.
func twice(m map[digest.Digest]int) []digest.Digest {
	var list []digest.Digest
	for d, n := range m {
		if n > 1 {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, compareDigests)
	return list
}
