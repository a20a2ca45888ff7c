package cachetest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/action"
	"thinrex/go/reapi/pb"
)

// unsoundResults: what isn't the result of a successful compiler isn't handed out, even
// if somebody has stored it.
func unsoundResults(t *testing.T, s Suite) {
	for name, change := range map[string]func(*action.Result){
		"the compiler failed":  func(r *action.Result) { r.ExitCode = 1 },
		"no object":            func(r *action.Result) { r.Outputs = r.Outputs[1:] },
		"no output":            func(r *action.Result) { r.Outputs = nil },
		"an empty object":      func(r *action.Result) { r.Outputs[0].Data = nil },
		"not an object":        func(r *action.Result) { r.Outputs[0].Data = []byte("this is text") },
		"half an object":       func(r *action.Result) { r.Outputs[0].Data = r.Outputs[0].Data[:40] },
		"an undeclared output": func(r *action.Result) { r.Outputs[1].Name = "m.other" },
		"an output outside":    func(r *action.Result) { r.Outputs[1].Name = "../m.opt.yaml" },
		"an absolute output":   func(r *action.Result) { r.Outputs[1].Name = "/m.opt.yaml" },
		"names exchanged": func(r *action.Result) {
			r.Outputs[0].Name, r.Outputs[1].Name = optionalName, objectName
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, a, r := s.Open(t), s.newAction(t, "m"), newResult("m")
			change(r)
			p, blobs := pb.Result(r, s.Function)
			for d, data := range blobs {
				f.PutBlob(d, data)
			}
			f.PutEntry(a.Digest, p)
			s.wantMended(t, f, a)
		})
	}
}

// damagedBlobs: no blob of a result is handed out unless it has its digest.
func damagedBlobs(t *testing.T, s Suite) {
	r := newResult("m")
	for blob, data := range map[string][]byte{
		"object": r.Outputs[0].Data, "remarks": r.Outputs[1].Data, "messages": r.Stderr,
	} {
		d, changed := s.Function.Of(data), slices.Clone(data)
		changed[len(changed)/2] ^= 1
		for name, damage := range map[string]func(Fixture){
			"gone":      func(f Fixture) { f.RemoveBlob(d) },
			"changed":   func(f Fixture) { f.PutBlob(d, changed) },
			"cut":       func(f Fixture) { f.PutBlob(d, data[:len(data)-1]) },
			"longer":    func(f Fixture) { f.PutBlob(d, append(slices.Clone(data), 0)) },
			"empty":     func(f Fixture) { f.PutBlob(d, nil) },
			"replaced":  func(f Fixture) { f.PutBlob(d, bytes.Repeat([]byte("x"), len(data))) },
			"very long": func(f Fixture) { f.PutBlob(d, bytes.Repeat(data, 100)) },
		} {
			t.Run(blob+" "+name, func(t *testing.T) {
				f, a := s.Open(t), s.newAction(t, "m")
				store(t, f.Cache, a, newResult("m"))
				damage(f)
				s.wantMended(t, f, a)
			})
		}
	}
}

// damagedEntries: an entry that isn't what a Store has written leads to no result.
func damagedEntries(t *testing.T, s Suite) {
	for name, damage := range map[string]func(*repb.ActionResult){
		"empty":              func(p *repb.ActionResult) { proto.Reset(p) },
		"no digest":          func(p *repb.ActionResult) { p.OutputFiles[0].Digest = nil },
		"an empty digest":    func(p *repb.ActionResult) { p.OutputFiles[0].Digest = &repb.Digest{} },
		"a path as its hash": func(p *repb.ActionResult) { p.OutputFiles[0].Digest.Hash = "../../../../etc/passwd" },
		"another size":       func(p *repb.ActionResult) { p.OutputFiles[0].Digest.SizeBytes++ },
		"a negative size":    func(p *repb.ActionResult) { p.OutputFiles[0].Digest.SizeBytes = -1 },
		"a huge size":        func(p *repb.ActionResult) { p.OutputFiles[0].Digest.SizeBytes = 1 << 62 },
		"another blob":       func(p *repb.ActionResult) { p.OutputFiles[0].Digest = p.OutputFiles[1].Digest },
		"a blob that isn't there": func(p *repb.ActionResult) {
			p.OutputFiles[0].Digest = pb.Digest(s.Function.Of([]byte("absent")))
		},
		"messages that aren't there": func(p *repb.ActionResult) {
			p.StderrRaw, p.StderrDigest = nil, pb.Digest(s.Function.Of([]byte("absent")))
		},
		"a symbolic link": func(p *repb.ActionResult) {
			p.OutputSymlinks = []*repb.OutputSymlink{{Path: objectName, Target: "/etc/passwd"}}
		},
		"a folder": func(p *repb.ActionResult) {
			p.OutputDirectories = []*repb.OutputDirectory{{Path: objectName, TreeDigest: p.OutputFiles[0].Digest}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, a := s.Open(t), s.newAction(t, "m")
			store(t, f.Cache, a, newResult("m"))
			p, _ := pb.Result(newResult("m"), s.Function)
			damage(p)
			f.PutEntry(a.Digest, p)
			s.wantMended(t, f, a)
		})
	}
}

// impossibleTimes: a result is as good without the time that its compiler ran. A time
// that can't be is left out, and not added to what the cache has saved.
func impossibleTimes(t *testing.T, s Suite) {
	at := func(seconds int64, nanos int32) *timestamppb.Timestamp {
		return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
	}
	for name, times := range map[string]*repb.ExecutedActionMetadata{
		"none":               {Worker: "w"},
		"no end":             {ExecutionStartTimestamp: at(1, 0)},
		"no start":           {ExecutionCompletedTimestamp: at(1, 0)},
		"no time":            {ExecutionStartTimestamp: at(7, 7), ExecutionCompletedTimestamp: at(7, 7)},
		"backwards":          {ExecutionStartTimestamp: at(7, 7), ExecutionCompletedTimestamp: at(7, 6)},
		"since 1970":         {ExecutionStartTimestamp: at(0, 0), ExecutionCompletedTimestamp: at(1790000000, 0)},
		"all of time":        {ExecutionStartTimestamp: at(-1<<63, 0), ExecutionCompletedTimestamp: at(1<<63-1, 0)},
		"negative nanos":     {ExecutionStartTimestamp: at(7, -1), ExecutionCompletedTimestamp: at(8, 0)},
		"a second in nanos":  {ExecutionStartTimestamp: at(7, 0), ExecutionCompletedTimestamp: at(7, 1e9)},
		"the largest number": {ExecutionStartTimestamp: at(7, 0), ExecutionCompletedTimestamp: at(7, 1<<31-1)},
	} {
		t.Run(name, func(t *testing.T) {
			f, a, want := s.Open(t), s.newAction(t, "m"), newResult("m")
			store(t, f.Cache, a, want)
			p, _ := pb.Result(want, s.Function)
			p.ExecutionMetadata = times
			f.PutEntry(a.Digest, p)
			want.Began, want.Ran = time.Time{}, 0
			wantFound(t, f.Cache, a, want)
			wantFound(t, f.Other, a, want)
		})
	}
}

// wantMended checks that a cache hands out nothing for an action, and that the action's
// result can be stored over what is broken.
func (s Suite) wantMended(t *testing.T, f Fixture, a *action.Action) {
	t.Helper()
	wantNone(t, f.Cache, a)
	wantNone(t, f.Other, a)
	want := newResult("m")
	store(t, f.Cache, a, want)
	wantFound(t, f.Other, a, want)
}
