package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// Keep stores an action's messages and inputs, as a service has them, so that the action
// can be run again when its files have changed. It returns action.ErrInputChanged if one
// has by now.
func (s *Store) Keep(a *action.Action) error {
	blobs := map[digest.Digest][]byte{a.CommandDigest: a.Command}
	for d, data := range a.Directories {
		blobs[d] = data
	}
	for d, data := range blobs {
		if err := s.put(d, data); err != nil {
			return withAdvice(s.root, err)
		}
	}
	for _, inputs := range [][]action.Input{a.Inputs, a.Tools} {
		for _, in := range inputs {
			if err := s.keepInput(in); err != nil {
				return withAdvice(s.root, err)
			}
		}
	}
	return withAdvice(s.root, s.put(a.Digest, a.Action)) // the last: what leads to it is there
}

func (s *Store) keepInput(in action.Input) error {
	data := in.Data
	if data == nil {
		if fi, err := os.Stat(s.path(casFolder, in.Digest)); err == nil && fi.Size() == in.Digest.Size {
			touch(s.path(casFolder, in.Digest))
			return nil
		}
		var err error
		if data, err = os.ReadFile(in.File.Path); err != nil {
			return err
		}
		if s.function.Of(data) != in.Digest {
			return fmt.Errorf("%s %w", in.File.Path, action.ErrInputChanged)
		}
	}
	return s.put(in.Digest, data)
}

// Blob returns a blob that has its digest. The error wraps fs.ErrNotExist if there is none.
func (s *Store) Blob(_ context.Context, d digest.Digest) ([]byte, error) {
	data, err := s.blob(d)
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("%w: %w", os.ErrNotExist, err)
	}
	return data, err
}

// WithSize returns the digest of the blob that has a hash; ok is false if there is none.
func (s *Store) WithSize(hash string) (d digest.Digest, ok bool) {
	fi, err := os.Stat(s.path(casFolder, digest.Digest{Hash: hash}))
	if err != nil {
		return digest.Digest{}, false
	}
	return digest.Digest{Hash: hash, Size: fi.Size()}, true
}

// maxKept bounds how many folders of one action's inputs a survey looks into.
const maxKept = 10_000

// keptInputs returns the blobs that Keep has stored for a result's action, if it has.
func (v *survey) keptInputs(function, entry string) (referred []*repb.Digest) {
	hash := path.Base(entry)
	blob := func(d *repb.Digest) string {
		d2, err := digest.FromProto(d)
		if err != nil {
			return ""
		}
		return path.Join(function, casFolder, d2.Hash[:2], d2.Hash)
	}
	a := new(repb.Action)
	key := &repb.Digest{Hash: hash}
	if v.readMessage(blob(key), a) != nil {
		return nil
	}
	referred = append(referred, key, a.CommandDigest)
	for folders := []*repb.Digest{a.InputRootDigest}; len(folders) > 0 && len(referred) < maxKept; folders = folders[1:] {
		referred = append(referred, folders[0])
		dir := new(repb.Directory)
		if name := blob(folders[0]); name == "" || v.readMessage(name, dir) != nil {
			continue
		}
		for _, f := range dir.Files {
			referred = append(referred, f.Digest)
		}
		for _, below := range dir.Directories {
			folders = append(folders, below.Digest)
		}
	}
	return referred
}
