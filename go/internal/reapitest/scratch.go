package reapitest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"thinrex/go/digest"
)

// scratch is the server's temporary folder. It is made when it is first needed.
type scratch struct {
	base string

	mu    sync.Mutex
	root  string
	files map[digest.Digest]*scratchFile
}

type scratchFile struct {
	once sync.Once
	path string
	err  error
}

func (s *scratch) open() (root string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == "" {
		s.root, err = os.MkdirTemp(s.base, "reapitest-")
		s.files = map[digest.Digest]*scratchFile{}
	}
	return s.root, err
}

// dir makes a folder for one job.
func (s *scratch) dir() (string, error) {
	root, err := s.open()
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(root, "job-")
}

// file returns the one copy of a blob on disk, for hard links.
func (s *scratch) file(d digest.Digest, data []byte) (string, error) {
	root, err := s.open()
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	f := s.files[d]
	if f == nil {
		f = &scratchFile{path: filepath.Join(root, fmt.Sprintf("blob-%s-%d", d.Hash, d.Size))}
		s.files[d] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.err = writeProgram(f.path, data) })
	return f.path, f.err
}

func (s *scratch) remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	root := s.root
	s.root, s.files = "", nil
	if root == "" {
		return nil
	}
	return os.RemoveAll(root)
}
