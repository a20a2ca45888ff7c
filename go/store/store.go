// Package store is the embedded cache: a CAS and an Action Cache on disk, in
// the layout of Bazel's --disk_cache, so that one folder can serve both.
//
//	DIR/ac/ab/abcd…   ActionResult messages, by the digest of their action
//	DIR/cas/ab/abcd…  blobs, by their own digest
//	DIR/tmp/…         files that are being written
//
// The time of a file's last change is that of its last use; Prune removes what
// hasn't been used for long.
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
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A Store is a folder. It needs no closing.
type Store struct {
	root     string // the folder
	dir      string // where in it this digest function's files are
	function digest.Function
	sweep    sync.Once
}

const (
	acFolder  = "ac"
	casFolder = "cas"
	tmpFolder = "tmp"
	// stateFolder holds what isn't shared with Bazel: see StateDir.
	stateFolder = "thinrex"
)

// Open makes the folder if necessary. One that can't be written is of use as
// long as it can be read. As with Bazel, results by other digest functions
// than SHA-256 have a folder of their own in it.
func Open(dir string, f digest.Function) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{root: abs, dir: folderOf(abs, f), function: f}
	return s, os.MkdirAll(s.dir, 0o777)
}

func folderOf(root string, f digest.Function) string {
	if f == digest.SHA256 {
		return root
	}
	return filepath.Join(root, f.String())
}

// StateDir is where thinrex keeps what it remembers of this machine.
func (s *Store) StateDir() string { return filepath.Join(s.dir, stateFolder) }

// StateDir is that of a store in dir, for links and compilations that have none.
func StateDir(dir string, f digest.Function) string {
	return filepath.Join(folderOf(dir, f), stateFolder)
}

// Lookup returns the stored result of an action, or nil. What is broken is
// removed and counts as absent; an error says that it couldn't be read.
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
	var unreadable error
	r, err := action.ResultFromProto(&p, func(d digest.Digest) ([]byte, error) {
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

// Store keeps the result of an action: its blobs first, so that the entry
// never refers to what isn't there.
func (s *Store) Store(_ context.Context, a *action.Action, r *action.Result) error {
	p, blobs := r.Proto(s.function)
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

// errDamaged says that a blob doesn't match its digest.
var errDamaged = errors.New("doesn't match its digest")

// blob returns a verified blob.
func (s *Store) blob(d digest.Digest) ([]byte, error) {
	path := s.path(casFolder, d)
	data, err := readUsed(path)
	if err != nil {
		return nil, err
	}
	if s.function.Of(data) != d {
		return nil, errors.Join(fmt.Errorf("%s %w", path, errDamaged), discard(path))
	}
	return data, nil
}

func (s *Store) put(folder string, d digest.Digest, data []byte) error {
	path := s.path(folder, d)
	// If what is there is damaged, the next reader removes it; what can't be
	// read is replaced.
	if f, err := os.Open(path); err == nil {
		fi, err := f.Stat()
		if f.Close(); err == nil && fi.Size() == d.Size {
			touch(path)
			return nil
		}
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
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		return os.Rename(from, to)
	}
	return err
}

// temp makes a temporary file with the mode that the user's umask leaves: a
// folder may be shared.
func (s *Store) temp() (*os.File, error) {
	dir := filepath.Join(s.dir, tmpFolder)
	s.sweep.Do(func() { removeStale(dir) })
	name := filepath.Join(dir, fmt.Sprintf("thinrex-%d-%016x", os.Getpid(), rand.Uint64()))
	create := func() (*os.File, error) { return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) }
	f, err := create()
	if errors.Is(err, fs.ErrNotExist) { // new, or somebody has cleared it
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		return create()
	}
	return f, err
}

// stale is the age at which a temporary file's writer must have been killed.
const stale = time.Hour

func removeStale(tmp string) {
	files, _ := filepath.Glob(filepath.Join(tmp, "thinrex-*"))
	for _, path := range files {
		if fi, err := os.Stat(path); err == nil && time.Since(fi.ModTime()) > stale {
			os.Remove(path)
		}
	}
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
const touchAfter = 10 * time.Minute

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
