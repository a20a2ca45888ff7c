package cachetest

import (
	"os"
	"path/filepath"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
)

// OnDisk returns the fixture of a folder in the layout of Bazel's --disk_cache, to which
// a test adds its caches.
func OnDisk(t *testing.T, dir string) Fixture {
	path := func(folder string, d digest.Digest) string { return filepath.Join(dir, folder, d.Hash[:2], d.Hash) }
	write := func(path string, data []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Fixture{
		PutBlob: func(d digest.Digest, data []byte) { write(path("cas", d), data) },
		RemoveBlob: func(d digest.Digest) {
			if err := os.Remove(path("cas", d)); err != nil {
				t.Fatal(err)
			}
		},
		PutEntry: func(action digest.Digest, r *repb.ActionResult) {
			data, err := proto.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			write(path("ac", action), data)
		},
	}
}
