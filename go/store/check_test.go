//go:build unix

package store

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/digest"
)

// check checks a store and returns the names of what is damaged.
func check(t *testing.T, s *Store, dryRun bool) (checked Checked, damaged []string) {
	t.Helper()
	checked, err := s.Check(t.Context(), dryRun, 2)
	if err != nil || checked.Failed > 0 {
		t.Fatalf("%+v, %v", checked, err)
	}
	for _, d := range checked.Damaged {
		if d.Problem == nil {
			t.Errorf("%s: no problem", d.Name)
		}
		damaged = append(damaged, d.Name)
	}
	slices.Sort(damaged)
	return checked, damaged
}

// A sound cache stays as it is, also one that Bazel shares.
func TestCheckSound(t *testing.T) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		s, err := Open(filepath.Join(t.TempDir(), "cache"), f)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s)
		if f == digest.SHA256 {
			ofBazel(t, s, object("code"))
		}
		before := names(t, s)
		u, err := s.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		checked, damaged := check(t, s, false)
		if len(damaged) > 0 || checked.Removed > 0 || checked.Leftovers > 0 {
			t.Errorf("%+v", checked)
		}
		sum := u.Total(Links, Compilations, Slices, Manifests, Others, Loose)
		sum.Files -= checked.Results.Files + checked.Blobs.Files
		sum.Bytes -= checked.Results.Bytes + checked.Blobs.Bytes
		if sum != (Amount{}) || checked.Blobs.Files == 0 {
			t.Errorf("%v: read %+v, and %+v remain", f, checked, sum)
		}
		if diff := cmp.Diff(before, names(t, s)); diff != "" {
			t.Error(diff)
		}
	}
}

// Damaged blobs and results are found and removed, with the results that need them;
// others stay.
func TestCheckDamaged(t *testing.T) {
	s := open(t)
	fill(t, s)
	kept := names(t, s)
	mustStore(t, s, newAction("flipped"), newResult("flipped"))
	mustStore(t, s, newAction("pruned"), newResult("pruned"))
	blobOf := func(name string) string {
		return s.path(casFolder, digest.SHA256.Of(newResult(name).Outputs[0].Data))
	}
	flipped := blobOf("flipped")
	data, err := os.ReadFile(flipped)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	write(t, flipped, data)
	if err := os.Remove(blobOf("pruned")); err != nil {
		t.Fatal(err)
	}
	garbage := hashed(s, acFolder, "garbage")
	write(t, garbage, []byte("\xff\xff"))
	inCache := func(file string) string {
		name, err := filepath.Rel(s.root, file)
		if err != nil {
			t.Fatal(err)
		}
		return filepath.ToSlash(name)
	}
	want := []string{inCache(garbage), inCache(flipped)}

	before := names(t, s)
	if _, damaged := check(t, s, true); !slices.Equal(damaged, want) {
		t.Errorf("dry run: %q, want %q", damaged, want)
	}
	if diff := cmp.Diff(before, names(t, s)); diff != "" {
		t.Error("a dry run:", diff)
	}
	checked, damaged := check(t, s, false)
	if !slices.Equal(damaged, want) || checked.Leftovers != 2 || checked.Removed != 4 {
		t.Errorf("%+v", checked)
	}
	// What fill has stored, and the blobs that removed results shared with nothing.
	for _, name := range kept {
		if !slices.Contains(names(t, s), name) {
			t.Errorf("%s is gone", name)
		}
	}
	if lookup(t, s, newAction("link")) == nil {
		t.Error("a sound result is gone")
	}
	if checked, damaged := check(t, s, false); len(damaged) > 0 || checked.Removed > 0 {
		t.Errorf("again: %+v", checked)
	}
}

// A result that gives a blob another size than it has is damaged.
func TestCheckWrongSize(t *testing.T) {
	s := open(t)
	a, r := newAction("link"), newResult("code")
	mustStore(t, s, a, r)
	m, _ := r.AsMessage(digest.SHA256)
	m.Files[0].Digest.Size++
	data, err := writeEntry(&m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s.path(acFolder, a.Digest), data)
	want := []string{path.Join(acFolder, a.Digest.Hash[:2], a.Digest.Hash)}
	if _, damaged := check(t, s, false); !slices.Equal(damaged, want) {
		t.Errorf("%q, want %q", damaged, want)
	}
}

// Check ends when it is told to.
func TestCheckStopped(t *testing.T) {
	s := open(t)
	fill(t, s)
	why := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if checked, err := s.Check(ctx, false, 2); !errors.Is(err, why) || checked.Removed > 0 {
		t.Errorf("%+v, %v", checked, err)
	}
}
