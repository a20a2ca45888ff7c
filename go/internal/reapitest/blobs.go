package reapitest

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
)

// blobs is the CAS. What is in it is never written to.
type blobs struct {
	mu sync.RWMutex
	m  map[digest.Digest][]byte
}

func newBlobs() *blobs { return &blobs{m: map[digest.Digest][]byte{}} }

// Both functions' digests of nothing are always there, as the API wants it.
var emptySHA256, emptyBLAKE3 = digest.SHA256.Of(nil), digest.BLAKE3.Of(nil)

func (b *blobs) get(d digest.Digest) (data []byte, ok bool) {
	if d == emptySHA256 || d == emptyBLAKE3 {
		return nil, true
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	data, ok = b.m[d]
	return data, ok
}

func (b *blobs) has(d digest.Digest) bool {
	_, ok := b.get(d)
	return ok
}

func (b *blobs) put(d digest.Digest, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.m[d] = data
}

func (b *blobs) remove(d digest.Digest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.m, d)
}

// upload verifies a client's blob and stores it.
func (s *Server) upload(f digest.Function, d digest.Digest, data []byte) error {
	if got := f.Of(data); got != d {
		return status.Errorf(codes.InvalidArgument, "the data of %v has digest %v", d, got)
	}
	s.blobs.put(d, data)
	s.seen.uploaded(d)
	return nil
}

// PutBlob stores data under its digest by the server's first function.
func (s *Server) PutBlob(data []byte) digest.Digest {
	d := s.opts.DigestFunctions[0].Of(data)
	s.PutBlobAs(d, data)
	return d
}

// PutBlobAs stores data under any digest, a wrong one too.
func (s *Server) PutBlobAs(d digest.Digest, data []byte) { s.blobs.put(d, slices.Clone(data)) }

// Blob returns a stored blob. The caller doesn't write to it.
func (s *Server) Blob(d digest.Digest) (data []byte, ok bool) { return s.blobs.get(d) }

// Blobs returns the digests of all that is stored, sorted.
func (s *Server) Blobs() []digest.Digest {
	s.blobs.mu.RLock()
	defer s.blobs.mu.RUnlock()
	list := make([]digest.Digest, 0, len(s.blobs.m))
	for d := range s.blobs.m {
		list = append(list, d)
	}
	slices.SortFunc(list, compareDigests)
	return list
}

// RemoveBlob evicts a blob.
func (s *Server) RemoveBlob(d digest.Digest) {
	s.blobs.remove(d)
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	delete(s.seen.uploads, d)
}

// Wipe evicts all blobs, and all action results too if results is set.
func (s *Server) Wipe(results bool) {
	s.blobs.mu.Lock()
	clear(s.blobs.m)
	s.blobs.mu.Unlock()
	s.seen.mu.Lock()
	clear(s.seen.uploads)
	s.seen.mu.Unlock()
	if results {
		s.results.clear()
	}
}

func compareDigests(a, b digest.Digest) int {
	return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Size, b.Size))
}

// missingBlob is the answer to a read of what isn't there.
func missingBlob(d digest.Digest) error {
	return status.Error(codes.NotFound, fmt.Sprintf("blob %v not found", d))
}
