package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// A broken entry, or one with a broken blob, counts as a miss and is removed, and its
// result can be stored again.
func TestBrokenEntries(t *testing.T) {
	sound := newResult("code")
	blobDigest := digest.SHA256.Of(sound.Outputs[0].Data)
	rewrite := func(t *testing.T, path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(t *testing.T, s *Store, a *action.Action, change func(*repb.ActionResult)) {
		t.Helper()
		p, _ := pb.Result(sound, digest.SHA256)
		change(p)
		data, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, s.path(acFolder, a.Digest), data)
	}
	blob := func(t *testing.T, s *Store, data []byte) *repb.Digest {
		t.Helper()
		d := digest.SHA256.Of(data)
		if err := s.put(d, data); err != nil {
			t.Fatal(err)
		}
		return pb.Digest(d)
	}
	for name, damage := range map[string]func(t *testing.T, s *Store, a *action.Action){
		"entry not a message": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(acFolder, a.Digest), []byte("\xff\xff\xff"))
		},
		"entry empty": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(acFolder, a.Digest), nil)
		},
		"entry truncated": func(t *testing.T, s *Store, a *action.Action) {
			data, _ := os.ReadFile(s.path(acFolder, a.Digest))
			rewrite(t, s.path(acFolder, a.Digest), data[:len(data)/2])
		},
		"blob gone": func(t *testing.T, s *Store, a *action.Action) {
			os.Remove(s.path(casFolder, blobDigest))
		},
		"blob truncated": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(casFolder, blobDigest), sound.Outputs[0].Data[:10])
		},
		"blob of the same size": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(casFolder, blobDigest), bytes.ToUpper(sound.Outputs[0].Data))
		},
		"failed compilation": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.ExitCode = 1 })
		},
		"empty object": func(t *testing.T, s *Store, a *action.Action) {
			rewrite(t, s.path(casFolder, digest.SHA256.Of(nil)), nil)
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest = pb.Digest(digest.SHA256.Of(nil)) })
		},
		"not an object": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) {
				p.OutputFiles[0].Digest = blob(t, s, []byte("this is a text and not an object"))
			})
		},
		"half an object": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) {
				p.OutputFiles[0].Digest = blob(t, s, sound.Outputs[0].Data[:100])
			})
		},
		"undeclared output": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Path = "../x" })
		},
		"no output": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles = nil })
		},
		"hash leads elsewhere": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest.Hash = "../../../../etc/passwd" })
		},
		"no digest": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) { p.OutputFiles[0].Digest = nil })
		},
		"symlink output": func(t *testing.T, s *Store, a *action.Action) {
			entry(t, s, a, func(p *repb.ActionResult) {
				p.OutputSymlinks = []*repb.OutputSymlink{{Path: "m.native.o", Target: "/etc/passwd"}}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, a := open(t), newAction("k")
			mustStore(t, s, a, sound)
			if err := os.MkdirAll(filepath.Dir(s.path(casFolder, digest.SHA256.Of(nil))), 0o755); err != nil {
				t.Fatal(err)
			}
			damage(t, s, a)
			if r := lookup(t, s, a); r != nil {
				t.Fatalf("a hit: %+v", r)
			}
			if _, err := os.Stat(s.path(acFolder, a.Digest)); err == nil {
				t.Error("the entry is still there")
			}
			mustStore(t, s, a, sound)
			if diff := cmp.Diff(sound, lookup(t, s, a)); diff != "" {
				t.Errorf("after storing it again: %s", diff)
			}
		})
	}
}
