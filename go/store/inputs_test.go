//go:build unix

package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
)

// keeping returns an action with inputs of both kinds, and the path of the file.
func keeping(t *testing.T) (a *action.Action, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "module")
	write(t, path, []byte("module"))
	f, err := filedigest.Open("", digest.SHA256).File(path)
	if err != nil {
		t.Fatal(err)
	}
	shard := []byte("shard")
	a = &action.Action{
		Args: []string{"-c"},
		Inputs: []action.Input{
			{Name: "m.o", Digest: f.Digest, File: f},
			{Name: "c/m.thinlto.bc", Digest: digest.SHA256.Of(shard), Data: shard},
		},
		Outputs: []action.Output{{Name: "m.native.o"}},
	}
	if err := a.Seal(action.Spec{Program: []string{"/usr/bin/clang"}}); err != nil {
		t.Fatal(err)
	}
	return a, path
}

// What an action reads is kept, with the messages that lead from its key to it, and counts
// as what its result refers to.
func TestKeep(t *testing.T) {
	s := open(t)
	a, path := keeping(t)
	mustStore(t, s, a, newResult("code"))
	mustStore(t, s, newAction("other"), newResult("other"))
	if keys, others, err := s.WithInputs(t.Context()); err != nil || len(keys) != 0 || others != 2 {
		t.Errorf("%v, %d, %v", keys, others, err)
	}
	for range 2 {
		if err := s.Keep(a); err != nil {
			t.Fatal(err)
		}
	}
	want := map[digest.Digest][]byte{a.Digest: a.Action, a.CommandDigest: a.Command}
	for d, data := range a.Directories {
		want[d] = data
	}
	for _, in := range a.Inputs {
		want[in.Digest] = in.Data
	}
	want[a.Inputs[0].Digest] = []byte("module")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for d, data := range want {
		if got, err := s.Blob(t.Context(), d); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%v: %q, %v", d, got, err)
		}
	}
	if d, ok := s.WithSize(a.Digest.Hash); !ok || d != a.Digest {
		t.Errorf("%v, %v", d, ok)
	}
	if keys, others, err := s.WithInputs(t.Context()); err != nil || len(keys) != 1 || keys[0] != a.Digest || others != 1 {
		t.Errorf("%v, %d, %v", keys, others, err)
	}
	u, err := s.Usage(t.Context())
	if err != nil || u.Blobs[Loose].Files != 0 || u.Blobs[Links].Files != uint64(len(want))+2 {
		t.Errorf("%+v, %v", u, err)
	}
}

// A file that has changed since its digest was made isn't kept, nor is what needs it.
func TestKeepChanged(t *testing.T) {
	s := open(t)
	a, path := keeping(t)
	write(t, path, []byte("MODULE"))
	if err := s.Keep(a); !errors.Is(err, action.ErrInputChanged) {
		t.Error(err)
	}
	for _, d := range []digest.Digest{a.Digest, a.Inputs[0].Digest} {
		if _, err := s.Blob(t.Context(), d); !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
}

// A damaged blob counts as absent.
func TestBlobDamaged(t *testing.T) {
	s := open(t)
	a, _ := keeping(t)
	if err := s.Keep(a); err != nil {
		t.Fatal(err)
	}
	write(t, s.path(casFolder, a.Digest), []byte("damaged"))
	if _, err := s.Blob(t.Context(), a.Digest); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A message that leads to itself, or to what isn't there, ends a survey all the same.
func TestKeptInputsHostile(t *testing.T) {
	s := open(t)
	a, _ := keeping(t)
	mustStore(t, s, a, newResult("code"))
	for _, data := range [][]byte{{}, []byte("\xff\xff"), bytes.Repeat([]byte{0x12, 0x02, 0x0a, 0x00}, 1000)} {
		write(t, s.path(casFolder, a.Digest), data)
		if _, err := s.Usage(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
