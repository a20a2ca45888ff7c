// Package store is the cache on this machine's disk: an Action Cache and a CAS in the
// layout of Bazel's --disk_cache, so that one folder can serve both.
//
//	DIR/ac/ab/abcd…   ActionResult messages, by the digest of their action
//	DIR/cas/ab/abcd…  blobs, by their own digest
//	DIR/tmp/…         files that are being written
//	DIR/thinrex/…     what is remembered of this machine: see package memo
//
// The time of a file's last change is that of its last use: Prune removes what hasn't
// been used for long.
//
// Any number of processes may use one folder. Files appear whole, by rename. No file is
// trusted: a blob that doesn't match its digest is removed and counts as absent.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A Store is a folder with results of actions: an action.Cache. It needs no closing.
type Store struct {
	root     string // the folder
	dir      string // where in it the files of this digest function are
	function digest.Function
	sweep    sync.Once // removes what killed writers left in tmp/
}

const (
	acFolder  = "ac"
	casFolder = "cas"
	tmpFolder = "tmp"
	// stateFolder is thinrex's own; Bazel doesn't look into it.
	stateFolder = "thinrex"
)

// Open makes the folder if necessary. A folder that can't be written is still of use if
// it can be read. As with Bazel, results of digest functions other than SHA-256 have a
// folder of their own in it.
func Open(dir string, f digest.Function) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{root: abs, dir: folderOf(abs, f), function: f}
	return s, withAdvice(s.root, os.MkdirAll(s.dir, 0o777))
}

func folderOf(root string, f digest.Function) string {
	if f == digest.SHA256 {
		return root
	}
	return filepath.Join(root, f.String())
}

// StateDir is the folder of what is remembered of this machine (see package memo).
func (s *Store) StateDir() string { return filepath.Join(s.dir, stateFolder) }

// StateDir is the state folder of a store in dir, for links and compilations without a
// store.
func StateDir(dir string, f digest.Function) string {
	return filepath.Join(folderOf(dir, f), stateFolder)
}

// Lookup is part of action.Cache. An entry that is broken, or that leads to a blob that
// is, is removed and counts as absent. An error says that a file is there and can't be
// read.
func (s *Store) Lookup(_ context.Context, a *action.Action) (*action.Result, error) {
	path := s.path(acFolder, a.Digest)
	data, err := readUsed(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, _, err := readEntry(data)
	if err != nil {
		return nil, discard(path)
	}
	var unreadable error
	r, err := m.Result(func(d digest.Digest) ([]byte, error) {
		data, err := s.blob(d)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errDamaged) {
			unreadable = err
		}
		return data, err
	})
	if unreadable != nil {
		return nil, unreadable
	}
	if err != nil || r.ExitCode != 0 || a.Check(r) != nil {
		return nil, discard(path)
	}
	return r, nil
}

// Store is part of action.Cache. It writes the blobs first, so that no entry refers to a
// blob that isn't there yet.
func (s *Store) Store(_ context.Context, a *action.Action, r *action.Result) error {
	m, blobs := r.AsMessage(s.function)
	for d, data := range blobs {
		if err := s.put(d, data); err != nil {
			return fmt.Errorf("store a blob: %w", withAdvice(s.root, err))
		}
	}
	data, err := writeEntry(&m)
	if err != nil {
		return err
	}
	if err := s.write(s.path(acFolder, a.Digest), data); err != nil {
		return fmt.Errorf("store a result: %w", withAdvice(s.root, err))
	}
	return nil
}

// Remove removes the result of the action with a key, if there is one. The blobs that it refers to stay
// until they are pruned: other results may need them.
func (s *Store) Remove(key digest.Digest) error { return discard(s.path(acFolder, key)) }

func (s *Store) path(folder string, d digest.Digest) string {
	return filepath.Join(s.dir, folder, d.Hash[:2], d.Hash)
}
