package reapi_test

import (
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
	"thinrex/go/reapi/pb"
)

// A spoiler makes a result unusable.
type spoiler = func(*reapitest.Server, *repb.ActionResult)

// brokenEntries make entries of the Action Cache that can't be used, each from a
// sound one. Its object and the compiler's messages are blobs of the service.
var brokenEntries = map[string]spoiler{
	"evicted output":   func(s *reapitest.Server, _ *repb.ActionResult) { s.RemoveBlob(theObject) },
	"evicted messages": func(s *reapitest.Server, _ *repb.ActionResult) { s.RemoveBlob(theMessages) },
	"wrong bytes":      replacesObject(object("other", objectSize)),
	"truncated":        replacesObject(object("m", objectSize)[:100]),
	"no bytes":         replacesObject(nil),
	"too long":         replacesObject(object("m", objectSize+1)),
	"wrong messages": func(s *reapitest.Server, _ *repb.ActionResult) {
		s.PutBlobAs(theMessages, noise("", int(theMessages.Size)))
	},

	"empty output": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles[0].Digest = pb.Digest(digest.SHA256.Of(nil))
	},
	"not an object": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles[0].Digest = pb.Digest(theMessages)
	},
	"half an object": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles[0].Digest = pb.Digest(s.PutBlob(object("m", objectSize)[:100]))
	},
	"tiny object": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles[0].Digest = pb.Digest(s.PutBlob([]byte("\x7fELF")))
	},
	"no output": func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles = nil },
	"failure":   func(s *reapitest.Server, r *repb.ActionResult) { r.ExitCode = 1 },
	"nothing":   func(s *reapitest.Server, r *repb.ActionResult) { *r = repb.ActionResult{} },

	"another name":  func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Path = "n.native.o" },
	"absolute name": func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Path = "/tmp/m.native.o" },
	"name above":    func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Path = "../m.native.o" },
	"one too many": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles = append(r.OutputFiles, &repb.OutputFile{Path: "../x", Digest: pb.Digest(theObject)})
	},
	"twice": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles = append(r.OutputFiles, r.OutputFiles[0])
	},
	"symbolic link": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles, r.OutputSymlinks = nil, []*repb.OutputSymlink{{Path: "m.native.o", Target: "/etc/passwd"}}
	},
	"symbolic link beside": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputSymlinks = []*repb.OutputSymlink{{Path: "x", Target: "../../x"}}
	},
	"older symbolic link": func(s *reapitest.Server, r *repb.ActionResult) {
		//lint:ignore SA1019 some servers fill in the older field
		r.OutputFileSymlinks = []*repb.OutputSymlink{{Path: "m.native.o", Target: "x"}}
	},
	"directory": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputDirectories = []*repb.OutputDirectory{{Path: "d", TreeDigest: pb.Digest(theObject)}}
	},

	"no digest":  func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Digest = nil },
	"short hash": func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Digest.Hash = "abc" },
	"hash with paths": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles[0].Digest.Hash = strings.Repeat("../x", 16)
	},
	"upper case": func(s *reapitest.Server, r *repb.ActionResult) {
		r.OutputFiles[0].Digest.Hash = strings.Repeat("AB", 32)
	},
	"negative size": func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Digest.SizeBytes = -1 },
	"size zero":     func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Digest.SizeBytes = 0 },
	"900 MB claimed": func(s *reapitest.Server, r *repb.ActionResult) {
		s.PutBlobAs(digest.Digest{Hash: theObject.Hash, Size: 900_000_000}, object("m", objectSize))
		r.OutputFiles[0].Digest.SizeBytes = 900_000_000
	},
	"an exabyte claimed": func(s *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Digest.SizeBytes = 1 << 60 },
	"1 GB of messages":   func(s *reapitest.Server, r *repb.ActionResult) { r.StderrDigest.SizeBytes = 1 << 30 },
	"malformed messages": func(s *reapitest.Server, r *repb.ActionResult) {
		r.StdoutDigest = &repb.Digest{Hash: "/etc/passwd"}
	},
}

const objectSize = 8 << 10

var (
	theObject   = digest.SHA256.Of(object("m", objectSize))
	theMessages = digest.SHA256.Of(noise("messages", 100))
)

// replacesObject puts other bytes in place of the object's.
func replacesObject(data []byte) spoiler {
	return func(s *reapitest.Server, _ *repb.ActionResult) { s.PutBlobAs(theObject, data) }
}

// putEntry stores a sound entry of an action, which spoil may change.
func putEntry(s *reapitest.Server, a digest.Digest, spoil spoiler) {
	s.PutBlob(object("m", objectSize))
	s.PutBlob(noise("messages", 100))
	r := &repb.ActionResult{
		OutputFiles:  []*repb.OutputFile{{Path: "m.native.o", Digest: pb.Digest(theObject)}},
		StderrDigest: pb.Digest(theMessages),
	}
	spoil(s, r)
	s.PutActionResult(a, r)
}

// A broken entry counts as a miss, and executing the action without the Action
// Cache replaces it: after a lookup, and without one.
func TestBrokenEntry(t *testing.T) {
	t.Parallel()
	kinds := map[string]struct{ lookup, inline, zstd, streams bool }{
		"looked up":    {lookup: true},
		"inlined":      {lookup: true, inline: true},
		"executed":     {},
		"streams":      {lookup: true, streams: true},
		"zstd":         {lookup: true, zstd: true},
		"zstd streams": {zstd: true, streams: true},
	}
	for kindName, kind := range kinds {
		t.Run(kindName, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{
				Inline: kind.inline,
				Capabilities: func(caps *repb.ServerCapabilities) {
					reapitest.AnnounceZstd(caps, true)
					if kind.streams {
						caps.CacheCapabilities.MaxBatchTotalSizeBytes = 300
					}
				},
			})
			compress := func(o *reapi.Options) { o.Compress = kind.zstd }
			c, another := dial(t, s, compress), dial(t, s, compress)
			for name, spoil := range brokenEntries {
				a := newAction(t, name)
				putEntry(s, a.Digest, spoil)
				if kind.lookup {
					if r, err := c.Lookup(within(t), a); r != nil || err != nil {
						t.Errorf("%s: hit: %v, error: %v, want a miss", name, r != nil, err)
						continue
					}
				}
				before := len(s.Executions())
				if r := execute(t, c, a); r.Cached || len(s.Executions()) != before+1 {
					t.Errorf("%s: not executed", name)
				}
				r, err := another.Lookup(within(t), a)
				if r == nil || err != nil {
					t.Errorf("%s: not repaired: %v", name, err)
				}
				r.Done()
			}
			if err := c.Down(); err != nil {
				t.Error(err)
			}
		})
	}
}

// If only the inlined copy of an output is wrong, the output is read from the CAS.
func TestWrongInlinedOutput(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	a := newAction(t, "m")
	putEntry(s, a.Digest, func(*reapitest.Server, *repb.ActionResult) {})
	s.OnActionResult(func(r *repb.ActionResult) { r.OutputFiles[0].Contents = []byte("\x7fELF something else") })
	r, err := dial(t, s).Lookup(within(t), a)
	if r == nil || err != nil || digest.SHA256.Of(r.Outputs[0].Data) != theObject {
		t.Errorf("hit: %v, error: %v", r != nil, err)
	}
}
