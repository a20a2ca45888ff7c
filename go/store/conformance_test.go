package store

import (
	"os"
	"path/filepath"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
	"thinrex/go/internal/cachetest"
)

func TestConformance(t *testing.T) {
	for _, function := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		t.Run(function.String(), func(t *testing.T) {
			open := func(t *testing.T) cachetest.Fixture { return newFixture(t, function) }
			cachetest.Suite{Function: function, Open: open}.Run(t)
		})
	}
}

// newFixture opens a folder twice, as two processes do.
func newFixture(t *testing.T, function digest.Function) cachetest.Fixture {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(dir, function)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(dir, function)
	if err != nil {
		t.Fatal(err)
	}
	write := func(path string, data []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return cachetest.Fixture{
		Cache:   s,
		Other:   other,
		PutBlob: func(d digest.Digest, data []byte) { write(s.path(casFolder, d), data) },
		RemoveBlob: func(d digest.Digest) {
			if err := os.Remove(s.path(casFolder, d)); err != nil {
				t.Fatal(err)
			}
		},
		PutEntry: func(action digest.Digest, r *repb.ActionResult) {
			data, err := proto.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			write(s.path(acFolder, action), data)
		},
	}
}
