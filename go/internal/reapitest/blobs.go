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
	mu      sync.RWMutex
	m       map[digest.Digest][]byte
	uploads map[digest.Digest]int // of what is in m, by clients
}

func newBlobs() *blobs {
	return &blobs{m: map[digest.Digest][]byte{}, uploads: map[digest.Digest]int{}}
}

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

// uploaded stores a client's blob. It is there and counted at one moment, so
// that one that is wiped meanwhile isn't said to be uploaded twice.
func (b *blobs) uploaded(d digest.Digest, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.m[d] = data
	b.uploads[d]++
}

// uploadedAgain counts an upload of what is there, and reports whether it is.
func (b *blobs) uploadedAgain(d digest.Digest) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.m[d]
	if ok {
		b.uploads[d]++
	}
	return ok
}

func (b *blobs) remove(d digest.Digest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.m, d)
	delete(b.uploads, d)
}

func (b *blobs) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.m)
	clear(b.uploads)
}

// upload verifies a client's blob and stores it.
func (s *Server) upload(f digest.Function, d digest.Digest, data []byte) error {
	if got := f.Of(data); got != d {
		return status.Errorf(codes.InvalidArgument, "the data of %v has digest %v", d, got)
	}
	if s.opts.KeepsWhatIsThere && s.blobs.uploadedAgain(d) {
		return nil
	}
	if full := s.tamper.full.Load(); full != nil && !s.blobs.has(d) {
		return status.Error(full.code, full.message)
	}
	s.blobs.uploaded(d, data)
	return nil
}

// Damage spoils the stored blobs that a test picks, as a disk does: they keep
// their digests, and FindMissingBlobs believes in them. It returns which.
func (s *Server) Damage(how Corruption, pick func(d digest.Digest, data []byte) bool) (damaged []digest.Digest) {
	for _, d := range s.Blobs() {
		if data, ok := s.blobs.get(d); ok && d.Size > 0 && pick(d, data) {
			s.blobs.put(d, how.spoil(data))
			damaged = append(damaged, d)
		}
	}
	return damaged
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
func (s *Server) RemoveBlob(d digest.Digest) { s.blobs.remove(d) }

// Wipe evicts all blobs, and all action results too if results is set.
func (s *Server) Wipe(results bool) {
	s.blobs.clear()
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
