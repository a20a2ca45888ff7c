package digest

import (
	"strings"
	"testing"
)

// The hash of the empty string, as published in FIPS 180-4's examples.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

var empty = SHA256.Of(nil)

func TestOf(t *testing.T) {
	if empty.Hash != emptyHash || empty.Size != 0 {
		t.Errorf("empty = %v", empty)
	}
	got, err := SHA256.OfReader(strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if want := SHA256.Of([]byte("abc")); got != want {
		t.Errorf("OfReader = %v, Of = %v", got, want)
	}
	if got.String() != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/3" {
		t.Errorf("String = %v", got)
	}
}

// The hash of "abc" with BLAKE3, as b3sum gives it.
func TestBLAKE3(t *testing.T) {
	const want = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
	got, err := BLAKE3.OfReader(strings.NewReader("abc"))
	if err != nil || got.Hash != want || got != BLAKE3.Of([]byte("abc")) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestCheck(t *testing.T) {
	if err := empty.Check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []Digest{
		{},
		{Hash: emptyHash[1:]},
		{Hash: strings.ToUpper(emptyHash)},
		{Hash: "../../../../../../../../../../../../../../../../../../etc/passwd0"},
		{Hash: emptyHash, Size: -1},
	} {
		if bad.Check() == nil {
			t.Errorf("%v is no error", bad)
		}
	}
}
