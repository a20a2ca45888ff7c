package digest

import (
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
)

// The hash of the empty string, as published in FIPS 180-4's examples.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestOf(t *testing.T) {
	if Empty.Hash != emptyHash || Empty.Size != 0 {
		t.Errorf("Empty = %v", Empty)
	}
	got, err := OfReader(strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if want := Of([]byte("abc")); got != want {
		t.Errorf("OfReader = %v, Of = %v", got, want)
	}
	if got.String() != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/3" {
		t.Errorf("String = %v", got)
	}
}

func TestFromProto(t *testing.T) {
	if d, err := FromProto(Empty.Proto()); err != nil || d != Empty {
		t.Errorf("round trip: %v, %v", d, err)
	}
	for _, bad := range []*repb.Digest{
		nil,
		{},
		{Hash: emptyHash[1:]},
		{Hash: strings.ToUpper(emptyHash)},
		{Hash: "../../../../../../../../../../../../../../../../../../etc/passwd0"},
		{Hash: emptyHash, SizeBytes: -1},
	} {
		if d, err := FromProto(bad); err == nil {
			t.Errorf("FromProto(%v) = %v, want an error", bad, d)
		}
	}
}
