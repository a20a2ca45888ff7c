package pb

import (
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
)

func TestParseDigest(t *testing.T) {
	empty := digest.SHA256.Of(nil)
	if d, err := ParseDigest(Digest(empty)); err != nil || d != empty {
		t.Errorf("round trip: %v, %v", d, err)
	}
	for _, bad := range []*repb.Digest{nil, {}, {Hash: empty.Hash, SizeBytes: -1}} {
		if d, err := ParseDigest(bad); err == nil {
			t.Errorf("ParseDigest(%v) = %v, want an error", bad, d)
		}
	}
}

func TestFunction(t *testing.T) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		if !strings.EqualFold(f.String(), Function(f).String()) {
			t.Errorf("%v is %v", f, Function(f))
		}
	}
}
