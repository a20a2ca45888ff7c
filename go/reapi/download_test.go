package reapi_test

import (
	"bytes"
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
	"thinrex/go/reapi/pb"
)

// withOutputs makes an action that declares more outputs than an object.
func withOutputs(t testing.TB, name string, more ...string) *action.Action {
	t.Helper()
	a := newAction(t, name)
	for _, out := range more {
		a.Outputs = append(a.Outputs, action.Output{Name: out, Path: out})
	}
	seal(t, digest.SHA256, a, name)
	return a
}

// A link that finds the results of an earlier link uploads nothing.
func TestColdAndWarm(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{Inline: true, RequireMetadata: true, Instance: "main/eu"})
	instance := func(o *reapi.Options) { o.Instance = "main/eu" }
	var actions []*action.Action
	for i := range 20 {
		actions = append(actions, newAction(t, fmt.Sprint("module", i), input("m.o", noise("module", 1000))))
	}
	cold := dial(t, s, instance)
	if r, err := cold.Lookup(within(t), actions[0]); r != nil || err != nil {
		t.Fatalf("a hit before anything was there: %v, %v", r, err)
	}
	results := make([]*action.Result, len(actions))
	for i, a := range actions {
		if results[i] = execute(t, cold, a); results[i].Cached {
			t.Error("executed, but marked as cached")
		}
	}
	received := s.Received()
	if up, _ := cold.Traffic(); up != received {
		t.Errorf("%d bytes uploaded, the server got %d", up, received)
	}
	queries, reads := s.Calls("FindMissingBlobs"), s.Calls("BatchReadBlobs")+s.Calls("Read")

	warm := dial(t, s, instance)
	errs := atOnce(len(actions), func(i int) error {
		r, err := warm.Lookup(within(t), actions[i])
		if err == nil && (r == nil || !bytes.Equal(r.Outputs[0].Data, results[i].Outputs[0].Data)) {
			err = fmt.Errorf("%v, want a hit with the same output", r)
		}
		return err
	})
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if up, down := warm.Traffic(); up != 0 || down != 20*8<<10 {
		t.Errorf("%d bytes up, %d down", up, down)
	}
	if s.Calls("FindMissingBlobs") != queries || s.Received() != received || len(s.Executions()) != len(actions) {
		t.Error("a hit costs calls or uploads")
	}
	if s.Calls("BatchReadBlobs")+s.Calls("Read") != reads {
		t.Error("what was inlined was read, too")
	}
	if warm.Down() != nil {
		t.Error(warm.Down())
	}
}

// Blobs come within the result, in batches, or as streams.
func TestDownloads(t *testing.T) {
	t.Parallel()
	noBatches := reapitest.Fault{Method: "BatchReadBlobs", Code: codes.Unimplemented}
	tests := []struct {
		name           string
		size           int
		inline, zstd   bool
		limit          int64
		fault          reapitest.Fault
		batches, reads int // of two lookups
	}{
		{name: "inlined", size: 10_000, inline: true},
		{name: "too large to be inlined", size: 300_000, inline: true, batches: 2},
		{name: "batches", size: 10_000, batches: 2},
		{name: "several batches", size: 300_000, limit: 700_000, batches: 4},
		{name: "compressed batches", size: 10_000, zstd: true, batches: 2},
		{name: "streams", size: 600_000, limit: 400_000, reads: 6},
		{name: "compressed streams", size: 600_000, limit: 400_000, zstd: true, reads: 6},
		{name: "some of each", size: 10_000, limit: 11_000, batches: 6},
		{name: "no batches", size: 10_000, fault: noBatches, batches: 1, reads: 6},
		{name: "no batches, compressed", size: 10_000, zstd: true, fault: noBatches, batches: 1, reads: 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{
				Execute:   writes(test.size),
				Inline:    test.inline,
				ReadChunk: 50_000,
				Capabilities: func(caps *repb.ServerCapabilities) {
					caps.CacheCapabilities.MaxBatchTotalSizeBytes = test.limit
					reapitest.AnnounceZstd(caps, true)
				}})
			compress := func(o *reapi.Options) { o.Compress = test.zstd }
			first := withOutputs(t, "first", "n.dwo", "o.opt.yaml")
			second := withOutputs(t, "second", "n.dwo", "o.opt.yaml")
			filler := dial(t, s, compress)
			want := []*action.Result{execute(t, filler, first), execute(t, filler, second)}

			s.Inject(test.fault)
			batches, reads := s.Calls("BatchReadBlobs"), s.Calls("Read")
			c := dial(t, s, compress)
			for i, a := range []*action.Action{first, second} {
				r, err := c.Lookup(within(t), a)
				if r == nil || err != nil {
					t.Fatalf("no hit: %v", err)
				}
				for _, out := range want[i].Outputs {
					if data, ok := r.Output(out.Name); !ok || !bytes.Equal(data, out.Data) {
						t.Errorf("%s differs", out.Name)
					}
				}
			}
			if got := s.Calls("BatchReadBlobs") - batches; got != test.batches {
				t.Errorf("%d batches, want %d", got, test.batches)
			}
			if got := s.Calls("Read") - reads; got != test.reads {
				t.Errorf("%d streams, want %d", got, test.reads)
			}
			if _, down := c.Traffic(); down < int64(6*test.size) || down > int64(6*test.size+6*200) {
				t.Errorf("%d bytes counted of %d", down, 6*test.size)
			}
		})
	}
}

// The compiler's messages are fetched like outputs.
func TestMessagesAreFetched(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s)
	a := newAction(t, "m")
	messages := bytes.Repeat([]byte("warning: "), 50_000)
	out := s.PutBlob(object("m", 1000))
	s.PutActionResult(a.Digest, &repb.ActionResult{
		OutputFiles: []*repb.OutputFile{{Path: "m.native.o", Digest: pb.Digest(out)}},
		StdoutRaw:   []byte("inlined"), StderrDigest: pb.Digest(s.PutBlob(messages)),
	})
	r, err := c.Lookup(within(t), a)
	if r == nil || err != nil || string(r.Stdout) != "inlined" || !bytes.Equal(r.Stderr, messages) {
		t.Errorf("hit: %v, error: %v", r != nil, err)
	}
}

// A message may have no digest, an empty one, or one that doesn't fit its inlined copy:
// then the CAS has the right bytes.
func TestMessagesWithOddDigests(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s)
	warning := []byte("warning: ")
	tests := map[string]struct {
		raw  []byte
		ref  *repb.Digest
		want []byte
	}{
		"no digest":              {raw: warning, want: warning},
		"an empty digest":        {raw: warning, ref: &repb.Digest{}, want: warning},
		"an empty digest, alone": {ref: &repb.Digest{}},
		"the digest of nothing":  {ref: pb.Digest(digest.SHA256.Of(nil))},
		"digest of other bytes":  {raw: []byte("error"), ref: pb.Digest(s.PutBlob(warning)), want: warning},
		"a part is inlined":      {raw: warning[:3], ref: pb.Digest(s.PutBlob(warning)), want: warning},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := newAction(t, name)
			s.PutActionResult(a.Digest, &repb.ActionResult{
				OutputFiles:  []*repb.OutputFile{{Path: "m.native.o", Digest: pb.Digest(s.PutBlob(object("m", 1000)))}},
				StdoutRaw:    test.raw,
				StdoutDigest: test.ref,
				StderrRaw:    test.raw,
				StderrDigest: test.ref,
			})
			r, err := c.Lookup(within(t), a)
			if r == nil || err != nil {
				t.Fatalf("hit: %v, error: %v", r != nil, err)
			}
			if !bytes.Equal(r.Stdout, test.want) || !bytes.Equal(r.Stderr, test.want) {
				t.Errorf("%q and %q, want %q", r.Stdout, r.Stderr, test.want)
			}
		})
	}
}

// Equal outputs are one blob, and an empty one needs no service.
func TestSharedOutputs(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s)
	a := withOutputs(t, "m", "n.dwo", "o.opt.yaml")
	out, empty := pb.Digest(s.PutBlob(object("m", 5<<20))), pb.Digest(digest.SHA256.Of(nil))
	s.PutActionResult(a.Digest, &repb.ActionResult{OutputFiles: []*repb.OutputFile{
		{Path: "m.native.o", Digest: out}, {Path: "n.dwo", Digest: out}, {Path: "o.opt.yaml", Digest: empty},
	}})
	r, err := c.Lookup(within(t), a)
	if r == nil || err != nil || len(r.Outputs) != 3 || len(r.Outputs[1].Data) != 5<<20 || len(r.Outputs[2].Data) != 0 {
		t.Errorf("hit: %v, error: %v", r != nil, err)
	}
	if s.Calls("Read") != 1 || s.Calls("BatchReadBlobs") != 0 {
		t.Errorf("%d streams, %d batches", s.Calls("Read"), s.Calls("BatchReadBlobs"))
	}
}

// A stream that always breaks after a while makes no progress. It is repeated no
// more often than one that breaks at once.
func TestStreamThatAlwaysBreaks(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{
		Execute:      writes(1 << 20),
		ReadChunk:    10_000,
		Capabilities: func(caps *repb.ServerCapabilities) { caps.CacheCapabilities.MaxBatchTotalSizeBytes = 64 << 10 },
	})
	a := newAction(t, "m")
	execute(t, dial(t, s), a)
	for _, after := range []int{1, 50} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			reads := s.Calls("Read")
			withdraw := s.Inject(reapitest.Fault{Method: "Read", CutAfter: after, Code: codes.Unavailable})
			if r, err := dial(t, s).Lookup(within(t), a); r != nil || err == nil {
				t.Error("want an error")
			}
			if n := s.Calls("Read") - reads; n != 3 {
				t.Errorf("%d streams, want one and two retries", n)
			}
			withdraw()
			s.Inject(reapitest.Fault{Method: "Read", CutAfter: after, Times: 1, Code: codes.Unavailable})
			if r, err := dial(t, s).Lookup(within(t), a); r == nil || err != nil {
				t.Errorf("no hit: %v", err)
			}
		})
	}
}
