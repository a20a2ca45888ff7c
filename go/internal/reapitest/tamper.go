package reapitest

import (
	"slices"
	"sync"
	"sync/atomic"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/digest"
)

// tampering holds what changes the server's answers.
type tampering struct {
	mu         sync.Mutex
	onResult   func(*repb.ActionResult)
	onResponse func(*repb.ExecuteResponse)
	corruption atomic.Int32
	full       atomic.Pointer[fullness]
}

// fullness is how a full CAS refuses a blob.
type fullness struct {
	code    codes.Code
	message string
}

// Fill has the CAS refuse each further blob in these words. What it has, it
// serves. OK ends it.
func (s *Server) Fill(code codes.Code, message string) {
	if code == codes.OK {
		s.tamper.full.Store(nil)
		return
	}
	s.tamper.full.Store(&fullness{code, message})
}

// OnActionResult has f change every result that GetActionResult and Execute
// return from now on, one at a time. What is stored stays as it is. nil ends it.
func (s *Server) OnActionResult(f func(*repb.ActionResult)) {
	s.tamper.mu.Lock()
	defer s.tamper.mu.Unlock()
	s.tamper.onResult = f
}

// OnExecuteResponse is OnActionResult for what surrounds Execute's result:
// status, message, server logs. It comes after OnActionResult.
func (s *Server) OnExecuteResponse(f func(*repb.ExecuteResponse)) {
	s.tamper.mu.Lock()
	defer s.tamper.mu.Unlock()
	s.tamper.onResponse = f
}

func (t *tampering) result(r *repb.ActionResult) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.onResult != nil {
		t.onResult(r)
	}
}

func (t *tampering) response(r *repb.ExecuteResponse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.onResponse != nil {
		t.onResponse(r)
	}
}

// A Corruption is a way to spoil what clients read.
type Corruption int32

// What CorruptReads can do.
const (
	Intact     Corruption = iota
	WrongBytes            // of the right size
	Truncated             // the first half alone
)

// CorruptReads spoils every blob that clients read from now on, inlined ones
// too. What is stored stays as it is.
func (s *Server) CorruptReads(c Corruption) { s.tamper.corruption.Store(int32(c)) }

// outgoing is a blob as clients get to see it.
func (s *Server) outgoing(d digest.Digest) (data []byte, ok bool) {
	data, ok = s.blobs.get(d)
	return Corruption(s.tamper.corruption.Load()).spoil(data), ok
}

// spoil returns data as it is, or a spoiled copy.
func (c Corruption) spoil(data []byte) []byte {
	switch c {
	case WrongBytes:
		data = slices.Clone(data)
		for i := range data {
			data[i] ^= 0x55
		}
	case Truncated:
		data = data[:len(data)/2]
	}
	return data
}
