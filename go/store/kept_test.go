package store

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"thinrex/go/digest"
)

// A blob is found by the beginning of its hash. What is damaged is no blob.
func TestKeptBlob(t *testing.T) {
	s, err := Open(t.TempDir(), digest.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	data := []byte("a slice")
	d := digest.SHA256.Of(data)
	if err := s.put(d, data); err != nil {
		t.Fatal(err)
	}
	path, err := s.KeptBlob(d.Hash[:16])
	if got, readErr := os.ReadFile(path); string(got) != string(data) || err != nil || readErr != nil {
		t.Errorf("%q, %v, %v", got, err, readErr)
	}
	for _, begin := range []string{"", "ab", d.Hash[:15], "0123456789abcdef", d.Hash[:2] + "00000000000000"} {
		if path, err := s.KeptBlob(begin); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is %q, %v", begin, path, err)
		}
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	if path, err := s.KeptBlob(d.Hash[:16]); !errors.Is(err, errDamaged) {
		t.Errorf("%q, %v", path, err)
	}
}
