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

// blobs is the CAS. The bytes in it are never changed.
type blobs struct {
	mu      sync.RWMutex
	m       map[digest.Digest][]byte
	uploads map[digest.Digest]int // how often clients have uploaded each blob of m
}

func newBlobs() *blobs {
	return &blobs{m: map[digest.Digest][]byte{}, uploads: map[digest.Digest]int{}}
}

// The empty blob is always stored, as the API requires.
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

// putUpload stores a client's blob and counts the upload under one lock, so that a
// blob that is wiped meanwhile doesn't count as uploaded twice.
func (b *blobs) putUpload(d digest.Digest, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.m[d] = data
	b.uploads[d]++
}

// countUpload counts an upload of a blob that is stored, and reports whether it is.
func (b *blobs) countUpload(d digest.Digest) bool {
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
	if s.opts.KeepsStoredBlobs && s.blobs.countUpload(d) {
		return nil
	}
	if full := s.tamper.full.Load(); full != nil && !s.blobs.has(d) {
		return status.Error(full.code, full.message)
	}
	s.blobs.putUpload(d, data)
	return nil
}

// Damage changes the bytes of the stored blobs that a test picks, as a broken disk
// does: they keep their digests, and FindMissingBlobs reports them as present. It
// returns their digests.
func (s *Server) Damage(how Corruption, pick func(d digest.Digest, data []byte) bool) (damaged []digest.Digest) {
	for _, d := range s.Blobs() {
		if data, ok := s.blobs.get(d); ok && d.Size > 0 && pick(d, data) {
			s.blobs.put(d, how.apply(data))
			damaged = append(damaged, d)
		}
	}
	return damaged
}

// PutBlob stores data under its digest with the server's first function.
func (s *Server) PutBlob(data []byte) digest.Digest {
	d := s.opts.DigestFunctions[0].Of(data)
	s.PutBlobAs(d, data)
	return d
}

// PutBlobAs stores data under any digest, also a wrong one.
func (s *Server) PutBlobAs(d digest.Digest, data []byte) { s.blobs.put(d, slices.Clone(data)) }

// Blob returns a stored blob. The caller must not change it.
func (s *Server) Blob(d digest.Digest) (data []byte, ok bool) { return s.blobs.get(d) }

// Blobs returns the digests of all stored blobs, sorted.
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

// RemoveBlob removes a blob.
func (s *Server) RemoveBlob(d digest.Digest) { s.blobs.remove(d) }

// Wipe removes all blobs, and all action results if results is set.
func (s *Server) Wipe(results bool) {
	s.blobs.clear()
	if results {
		s.results.clear()
	}
}

func compareDigests(a, b digest.Digest) int {
	return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Size, b.Size))
}

// missingBlob is the answer to a read of a blob that isn't stored.
func missingBlob(d digest.Digest) error {
	return status.Error(codes.NotFound, fmt.Sprintf("blob %v not found", d))
}

// UploadedTwice returns the blobs that clients uploaded more than once. Uploads of
// blobs that Wipe or RemoveBlob removed later don't count.
func (s *Server) UploadedTwice() []digest.Digest {
	s.blobs.mu.RLock()
	defer s.blobs.mu.RUnlock()
	return twice(s.blobs.uploads)
}

// Uploads returns how often clients have uploaded a blob.
func (s *Server) Uploads(d digest.Digest) int {
	s.blobs.mu.RLock()
	defer s.blobs.mu.RUnlock()
	return s.blobs.uploads[d]
}
