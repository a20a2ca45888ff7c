//go:build unix

package main

import (
	"slices"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/pb"
	"thinrex/go/report"
)

// An Action Cache may hold anything. A broken result counts as a miss and is
// replaced, so that the next machine hits.
func TestBrokenResults(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	object := func(data string) func(*reapitest.Server, *repb.ActionResult) {
		return func(s *reapitest.Server, r *repb.ActionResult) {
			d := s.PutBlob([]byte(data))
			r.OutputFiles[0].Digest = pb.Digest(d)
		}
	}
	path := func(path string) func(*reapitest.Server, *repb.ActionResult) {
		return func(_ *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Path = path }
	}
	for name, spoil := range map[string]func(*reapitest.Server, *repb.ActionResult){
		"blob gone":  func(s *reapitest.Server, r *repb.ActionResult) { s.RemoveBlob(digestOf(r)) },
		"empty":      object(""),
		"not object": object("not an object, though long enough to be one"),
		"truncated": func(s *reapitest.Server, r *repb.ActionResult) {
			data, _ := s.Blob(digestOf(r))
			r.OutputFiles[0].Digest = pb.Digest(s.PutBlob(data[:len(data)/2]))
		},
		"truncated blob": func(s *reapitest.Server, r *repb.ActionResult) {
			data, _ := s.Blob(digestOf(r))
			s.PutBlobAs(digestOf(r), slices.Clone(data[:len(data)/2]))
		},
		"wrong digest": func(s *reapitest.Server, r *repb.ActionResult) {
			data, _ := s.Blob(digestOf(r))
			data = slices.Clone(data)
			data[len(data)/2] ^= 1
			s.PutBlobAs(digestOf(r), data)
		},
		"malformed digest": func(_ *reapitest.Server, r *repb.ActionResult) {
			r.OutputFiles[0].Digest.Hash = "../../../etc/passwd"
		},
		"oversize":   func(_ *reapitest.Server, r *repb.ActionResult) { r.OutputFiles[0].Digest.SizeBytes = 1 << 50 },
		"undeclared": path("other.o"),
		"outside":    path("../x"),
		"absolute":   path("/tmp/x"),
		"one too many": func(_ *reapitest.Server, r *repb.ActionResult) {
			r.OutputFiles = append(r.OutputFiles, &repb.OutputFile{Path: "x", Digest: r.OutputFiles[0].Digest})
		},
		"symbolic link": func(_ *reapitest.Server, r *repb.ActionResult) {
			r.OutputSymlinks = []*repb.OutputSymlink{{Path: r.OutputFiles[0].Path, Target: "/etc/passwd"}}
			r.OutputFiles = nil
		},
		"directory": func(_ *reapitest.Server, r *repb.ActionResult) {
			r.OutputDirectories = []*repb.OutputDirectory{{Path: "m.native.o", TreeDigest: r.OutputFiles[0].Digest}}
		},
		"no output": func(_ *reapitest.Server, r *repb.ActionResult) { r.OutputFiles = nil },
		"failure":   func(_ *reapitest.Server, r *repb.ActionResult) { r.ExitCode = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
			s := w.site(t)
			s.with("REMOTE_EXECUTOR=grpc://" + server.Addr())
			s.link()
			for key, r := range server.ActionResults() {
				spoil(server, r)
				server.PutActionResult(key, r)
			}
			s.forget()
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Remote: every})
			wantPrinted(t, printed, "")
			s.forget()
			got, _ = s.link()
			wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
			s.nothingLeft()
		})
	}
}

func digestOf(r *repb.ActionResult) digest.Digest {
	d, err := pb.ParseDigest(r.OutputFiles[0].Digest)
	if err != nil {
		panic(err)
	}
	return d
}
