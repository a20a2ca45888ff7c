// Package store is the embedded cache: a CAS and an Action Cache on disk, in
// the layout of Bazel's --disk_cache, so that one folder can serve both.
//
//	DIR/ac/ab/abcd…   ActionResult messages, by the digest of their action
//	DIR/cas/ab/abcd…  blobs, by their own digest
//	DIR/tmp/…         files that are being written
//
// Any number of processes may use one folder. Files appear whole, by rename.
// Nothing read is believed: a blob that doesn't match its digest is removed
// and counts as absent.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A Store is a folder. It needs no closing.
type Store struct{ dir string }

const (
	acFolder  = "ac"
	casFolder = "cas"
	tmpFolder = "tmp"
	// stateFolder holds what isn't shared with Bazel: see StateDir.
	stateFolder = "thinrex"
)

// Open makes the folder if necessary and checks that it can be written.
func Open(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: abs}
	if err := os.MkdirAll(filepath.Join(abs, tmpFolder), 0o755); err != nil {
		return nil, err
	}
	f, err := s.temp()
	if err != nil {
		return nil, err
	}
	return s, errors.Join(f.Close(), os.Remove(f.Name()))
}

// StateDir is where thinrex keeps what it remembers of this machine.
func (s *Store) StateDir() string { return filepath.Join(s.dir, stateFolder) }

// Lookup returns the stored result of an action, or nil. What is broken is
// removed and counts as absent.
func (s *Store) Lookup(_ context.Context, a *action.Action) (*action.Result, error) {
	path := s.path(acFolder, a.Digest)
	data, err := readUsed(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p repb.ActionResult
	if err := proto.Unmarshal(data, &p); err != nil {
		return nil, discard(path)
	}
	r, err := action.ResultFromProto(&p, s.blob)
	if err != nil || r.ExitCode != 0 || a.Check(r) != nil {
		return nil, discard(path)
	}
	return r, nil
}

// Store keeps the result of an action: its blobs first, so that the entry
// never refers to what isn't there.
func (s *Store) Store(_ context.Context, a *action.Action, r *action.Result) error {
	p, blobs := r.Proto()
	for d, data := range blobs {
		if err := s.put(casFolder, d, data); err != nil {
			return fmt.Errorf("store a blob: %w", err)
		}
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(p)
	if err != nil {
		return err
	}
	if err := s.write(s.path(acFolder, a.Digest), data); err != nil {
		return fmt.Errorf("store a result: %w", err)
	}
	return nil
}

// blob returns a verified blob.
func (s *Store) blob(d digest.Digest) ([]byte, error) {
	path := s.path(casFolder, d)
	data, err := readUsed(path)
	if err != nil {
		return nil, err
	}
	if digest.Of(data) != d {
		return nil, errors.Join(fmt.Errorf("%s doesn't match its digest", path), discard(path))
	}
	return data, nil
}

func (s *Store) put(folder string, d digest.Digest, data []byte) error {
	path := s.path(folder, d)
	if fi, err := os.Stat(path); err == nil && fi.Size() == d.Size {
		touch(path)
		return nil // if it is damaged, the next reader removes it
	}
	return s.write(path, data)
}

func (s *Store) path(folder string, d digest.Digest) string {
	return filepath.Join(s.dir, folder, d.Hash[:2], d.Hash)
}

// write makes path hold data, at once.
func (s *Store) write(path string, data []byte) error {
	f, err := s.temp()
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = moveTo(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// moveTo renames, and makes the folder only when it turns out to be missing.
func moveTo(from, to string) error {
	err := os.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.Rename(from, to)
	}
	return err
}

func (s *Store) temp() (*os.File, error) {
	dir := filepath.Join(s.dir, tmpFolder)
	f, err := os.CreateTemp(dir, "thinrex-*")
	if errors.Is(err, fs.ErrNotExist) { // somebody has cleared the folder
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		return os.CreateTemp(dir, "thinrex-*")
	}
	return f, err
}

// discard removes a broken file. Another process may have done so, or may
// have replaced it with a sound one, which is then lost, not wrong.
func discard(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// touchAfter spares a write for each use of a file that is in steady use.
const touchAfter = time.Hour

// readUsed reads a file and marks it as used, for pruning by age of last use
// as Bazel does it.
func readUsed(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if time.Since(fi.ModTime()) > touchAfter {
		touch(path)
	}
	data := make([]byte, fi.Size())
	_, err = io.ReadFull(f, data)
	return data, err
}

func touch(path string) {
	now := time.Now()
	_ = os.Chtimes(path, now, now)
}
