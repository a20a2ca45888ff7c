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

// fullness is the status with which a full CAS refuses a blob.
type fullness struct {
	code    codes.Code
	message string
}

// Fill makes the CAS refuse each further blob with a status. Stored blobs are still
// served. Code OK ends it.
func (s *Server) Fill(code codes.Code, message string) {
	if code == codes.OK {
		s.tamper.full.Store(nil)
		return
	}
	s.tamper.full.Store(&fullness{code, message})
}

// OnActionResult makes f change each result that GetActionResult and Execute return
// from now on, one at a time. Stored results don't change. nil ends it.
func (s *Server) OnActionResult(f func(*repb.ActionResult)) {
	s.tamper.mu.Lock()
	defer s.tamper.mu.Unlock()
	s.tamper.onResult = f
}

// OnExecuteResponse is like OnActionResult, for the response around Execute's result:
// status, message, server logs. It is called after OnActionResult's function.
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

// A Corruption is a way in which blobs are damaged.
type Corruption int32

// Values of a Corruption.
const (
	Intact     Corruption = iota
	WrongBytes            // with the right size
	Truncated             // only the first half
)

// CorruptReads damages each blob that clients read from now on, also inlined ones.
// Stored blobs don't change.
func (s *Server) CorruptReads(c Corruption) { s.tamper.corruption.Store(int32(c)) }

// outgoing returns a blob as clients get it.
func (s *Server) outgoing(d digest.Digest) (data []byte, ok bool) {
	data, ok = s.blobs.get(d)
	return Corruption(s.tamper.corruption.Load()).apply(data), ok
}

// apply returns data, or a damaged copy.
func (c Corruption) apply(data []byte) []byte {
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
