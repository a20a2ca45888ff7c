package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

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

// HasResult reports whether there is a file with the result of an action.
func (s *Store) HasResult(key digest.Digest) bool {
	_, err := os.Stat(s.path(acFolder, key))
	return err == nil
}

// maxKept bounds how many inputs of one action a survey counts as such.
const maxKept = 100_000

// keptInputs returns the blobs that Keep has stored for a result's action, if it has.
func (v *survey) keptInputs(function, entry string) (referred []digest.Digest) {
	blob := func(hash string) []byte {
		data, err := v.root.ReadFile(path.Join(function, casFolder, hash[:2], hash))
		if err != nil {
			return nil
		}
		return data
	}
	hash := path.Base(entry)
	message := blob(hash)
	if message == nil {
		return nil
	}
	referred = append([]digest.Digest{{Hash: hash}}, digests(message, 1)...) // Action.command_digest
	folders := digests(message, 2)                                           // Action.input_root_digest
	for ; len(folders) > 0 && len(referred) < maxKept; folders = folders[1:] {
		if folders[0].Check() != nil {
			continue
		}
		referred = append(referred, folders[0])
		message := blob(folders[0].Hash)
		for _, file := range parts(message, 1) { // Directory.files
			referred = append(referred, digests(file, 2)...)
		}
		for _, folder := range parts(message, 2) { // Directory.directories
			folders = append(folders, digests(folder, 2)...)
		}
	}
	return referred
}

// WithInputs returns the keys of those results of links whose inputs Keep has stored, and
// how many others there are.
func (s *Store) WithInputs(ctx context.Context) (keys []digest.Digest, others int, err error) {
	var v *survey
	v, err = s.newSurvey(func(f surveyed) {
		if f.kind != Links {
			return
		}
		if key, ok := s.WithSize(path.Base(f.name)); ok {
			keys = append(keys, key)
		} else {
			others++
		}
	})
	if err != nil {
		return nil, 0, err
	}
	v.results(ctx, functionFolder(s.function))
	if err := v.close(); err != nil {
		return nil, 0, err
	}
	if ctx.Err() != nil {
		return nil, 0, context.Cause(ctx)
	}
	return keys, others, nil
}
