package reapi_test

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
)

// Blobs small and large come as they are. Missing and damaged ones, and a size that isn't
// the blob's, count as absent; a service that is gone doesn't.
func TestBlob(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s)
	for _, size := range []int{0, 10, 5 << 20} {
		data := noise("blob", size)
		d := s.PutBlob(data)
		if got, err := c.Blob(within(t), d); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
		absent := d
		absent.Size++
		if got, err := c.Blob(within(t), absent); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
	}
	if _, err := c.Blob(within(t), digest.SHA256.Of([]byte("absent"))); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	d := digest.SHA256.Of([]byte("damaged"))
	s.PutBlobAs(d, []byte("DAMAGED"))
	if _, err := c.Blob(within(t), d); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	s.Stop()
	if _, err := c.Blob(within(t), digest.SHA256.Of([]byte("absent"))); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
