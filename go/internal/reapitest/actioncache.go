package reapitest

import (
	"context"
	"maps"
	"slices"
	"sync"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// results is the Action Cache. The messages in it are never changed.
type results struct {
	mu sync.RWMutex
	m  map[digest.Digest]*repb.ActionResult
}

func newResults() *results { return &results{m: map[digest.Digest]*repb.ActionResult{}} }

func (rs *results) get(action digest.Digest) *repb.ActionResult {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	return rs.m[action]
}

func (rs *results) put(action digest.Digest, r *repb.ActionResult) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.m[action] = r
}

func (rs *results) clear() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	clear(rs.m)
}

// PutActionResult stores a result without checking it.
func (s *Server) PutActionResult(action digest.Digest, r *repb.ActionResult) {
	s.results.put(action, proto.CloneOf(r))
}

// ForgetResults removes all results, but no blob.
func (s *Server) ForgetResults() { s.results.clear() }

// RemoveActionResult removes a result.
func (s *Server) RemoveActionResult(action digest.Digest) {
	s.results.mu.Lock()
	defer s.results.mu.Unlock()
	delete(s.results.m, action)
}

// ActionResults returns the content of the Action Cache. The caller must not change
// the messages.
func (s *Server) ActionResults() map[digest.Digest]*repb.ActionResult {
	s.results.mu.RLock()
	defer s.results.mu.RUnlock()
	return maps.Clone(s.results.m)
}

// actionCacheService serves the Action Cache.
type actionCacheService struct{ *Server }

func (s actionCacheService) GetActionResult(
	_ context.Context, req *repb.GetActionResultRequest,
) (*repb.ActionResult, error) {
	f, err := s.admit(req)
	if err != nil {
		return nil, err
	}
	action, err := parseDigest(req.GetActionDigest())
	if err != nil {
		return nil, err
	}
	r := s.results.get(action)
	if r == nil {
		return nil, status.Errorf(codes.NotFound, "no result of %v", action)
	}
	if s.opts.InlineDamaged != codes.OK && len(req.GetInlineOutputFiles()) > 0 {
		for _, out := range r.GetOutputFiles() {
			if d, err := pb.ParseDigest(out.GetDigest()); err == nil && s.isDamaged(f, d) {
				return nil, status.Error(s.opts.InlineDamaged, "corruption detected")
			}
		}
	}
	return s.answer(r, req), nil
}

func (s actionCacheService) UpdateActionResult(
	_ context.Context, req *repb.UpdateActionResultRequest,
) (*repb.ActionResult, error) {
	f, err := s.admit(req)
	if err != nil {
		return nil, err
	}
	if !s.caps.GetCacheCapabilities().GetActionCacheUpdateCapabilities().GetUpdateEnabled() {
		return nil, status.Error(codes.PermissionDenied, "the action cache is read-only")
	}
	action, err := parseDigest(req.GetActionDigest())
	if err != nil {
		return nil, err
	}
	// The API requires that a client uploads the action and its command first.
	if _, err := s.loadAction(f, action); err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "update of %v: %s", action, status.Convert(err).Message())
	}
	r := proto.CloneOf(req.GetActionResult())
	if r == nil {
		return nil, status.Error(codes.InvalidArgument, "an update without a result")
	}
	if err := s.checkReferences(r); err != nil {
		return nil, err
	}
	for _, out := range r.GetOutputFiles() {
		out.Contents = nil
	}
	s.results.put(action, r)
	return r, nil
}

// checkReferences refuses a result whose blobs aren't stored.
func (s *Server) checkReferences(r *repb.ActionResult) error {
	var refs []*repb.Digest
	for _, out := range r.GetOutputFiles() {
		if out.GetDigest() == nil {
			return status.Errorf(codes.InvalidArgument, "output %q has no digest", out.GetPath())
		}
		refs = append(refs, out.GetDigest())
	}
	for _, dir := range r.GetOutputDirectories() {
		refs = append(refs, dir.GetTreeDigest())
	}
	for _, p := range []*repb.Digest{r.GetStdoutDigest(), r.GetStderrDigest()} {
		if p != nil {
			refs = append(refs, p)
		}
	}
	for _, p := range refs {
		d, err := parseDigest(p)
		if err != nil {
			return err
		}
		if !s.blobs.has(d) {
			return status.Errorf(codes.FailedPrecondition, "the result refers to blob %v, which isn't stored", d)
		}
	}
	return nil
}

// isDamaged reports whether a blob is stored with bytes that don't have its digest.
func (s *Server) isDamaged(f digest.Function, d digest.Digest) bool {
	data, ok := s.blobs.get(d)
	return ok && f.Of(data) != d
}

// An inlineRequest is a request that says what to inline in a result.
type inlineRequest interface {
	GetInlineStdout() bool
	GetInlineStderr() bool
	GetInlineOutputFiles() []string
}

// answer returns a stored result as a client gets it.
func (s *Server) answer(stored *repb.ActionResult, want inlineRequest) *repb.ActionResult {
	r := proto.CloneOf(stored)
	if s.opts.Inline {
		s.inline(r, want)
	}
	s.tamper.result(r)
	return r
}

// inline puts blobs into a result, as far as there is room in the message.
func (s *Server) inline(r *repb.ActionResult, want inlineRequest) {
	room := maxInline
	contents := func(p *repb.Digest) []byte {
		d, err := pb.ParseDigest(p)
		if err != nil || d.Size > int64(room) {
			return nil
		}
		data, _ := s.outgoing(d)
		room -= len(data)
		return data
	}
	for _, out := range r.GetOutputFiles() {
		if slices.Contains(want.GetInlineOutputFiles(), out.GetPath()) {
			out.Contents = contents(out.GetDigest())
		}
	}
	if want.GetInlineStdout() && r.GetStdoutDigest() != nil {
		r.StdoutRaw = contents(r.GetStdoutDigest())
	}
	if want.GetInlineStderr() && r.GetStderrDigest() != nil {
		r.StderrRaw = contents(r.GetStderrDigest())
	}
	s.seen.transferred(0, maxInline-room)
}
