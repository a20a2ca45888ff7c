package reapi_test

import (
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
	"thinrex/go/reapi/pb"
)

// An output that is damaged in the CAS makes a lookup miss. No worker, and no client
// that asks first, would upload it again. The result of a local run replaces it,
// also where workers store the results.
func TestDamagedOutput(t *testing.T) {
	t.Parallel()
	large := object("large", 5<<20)
	for name, test := range map[string]struct {
		data []byte
		o    reapitest.Options
		edit edit
	}{
		"cache":         {data: object("m", 1000), edit: asCache},
		"executor":      {data: object("m", 1000), edit: func(*reapi.Options) {}},
		"stored always": {data: object("m", 1000), edit: storing},
		"inlined":       {data: object("m", 1000), o: reapitest.Options{Inline: true}, edit: asCache},
		"inlined, DATA_LOSS": {
			data: object("m", 1000),
			o:    reapitest.Options{Inline: true, InlineDamaged: codes.DataLoss},
			edit: asCache,
		},
		"inlined, UNKNOWN": {
			data: object("m", 1000),
			o:    reapitest.Options{Inline: true, InlineDamaged: codes.Unknown},
			edit: asCache,
		},
		"inlined, INTERNAL": {
			data: object("m", 1000),
			o:    reapitest.Options{Inline: true, InlineDamaged: codes.Internal},
			edit: asCache,
		},
		"large":          {data: large, o: reapitest.Options{StreamsReplace: true}, edit: asCache},
		"large executor": {data: large, o: reapitest.Options{StreamsReplace: true}, edit: func(*reapi.Options) {}},
	} {
		for _, how := range []reapitest.Corruption{reapitest.WrongBytes, reapitest.Truncated} {
			t.Run(fmt.Sprint(name, " ", how), func(t *testing.T) {
				t.Parallel()
				s := reapitest.StartT(t, test.o)
				a, r := newAction(t, "m"), soundResult()
				r.Outputs[0].Data = test.data
				s.PutActionResult(a.Digest, &repb.ActionResult{
					OutputFiles: []*repb.OutputFile{{Path: "m.native.o", Digest: pb.Digest(s.PutBlob(test.data))}},
				})
				damage(t, s, how, test.data)
				c := dial(t, s, test.edit)
				if r, err := c.Lookup(within(t), a); r != nil || err != nil {
					t.Fatalf("hit: %v, error: %v, want a miss", r != nil, err)
				}
				if !c.Wants(r) {
					t.Error("the result of the local run isn't wanted")
				}
				if err := c.Store(within(t), a, r); err != nil {
					t.Fatal(err)
				}
				if r, err := dial(t, s, test.edit).Lookup(within(t), a); r == nil || err != nil {
					t.Errorf("not mended: %v", err)
				}
				if c.Wants(soundResult()) != c.Keeps() {
					t.Error("another result is wanted, too")
				}
			})
		}
	}
}

// asCache uses the server as a cache only.
func asCache(o *reapi.Options) { o.Cache, o.Executor = o.Executor, "" }

// The error says which output the service doesn't replace. Other results are stored
// as before.
func TestOutputStaysDamaged(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{KeepsStoredBlobs: true})
	a, r := newAction(t, "m"), soundResult()
	d := s.PutBlob(r.Outputs[0].Data)
	s.PutActionResult(a.Digest, &repb.ActionResult{
		OutputFiles: []*repb.OutputFile{{Path: "m.native.o", Digest: pb.Digest(d)}},
	})
	damage(t, s, reapitest.WrongBytes, r.Outputs[0].Data)
	c := dial(t, s, asCache, storing)
	if r, err := c.Lookup(within(t), a); r != nil || err != nil {
		t.Fatalf("hit: %v, error: %v", r != nil, err)
	}
	wantHopeless(t, s, d, c.Store(within(t), a, r))
	another, sound := newAction(t, "another"), soundResult()
	sound.Outputs[0].Data = object("another", 1000)
	if err := c.Store(within(t), another, sound); err != nil {
		t.Error(err)
	}
}

// A service that can't read one of its own blobs answers with one of several
// statuses. The lookup misses, and the service is still used.
func TestUnreadableBlob(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{codes.DataLoss, codes.Unknown, codes.Internal, codes.NotFound, codes.OutOfRange} {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{Capabilities: smallBatches, Execute: writes(8 << 10)})
			damaged, sound := newAction(t, "damaged"), newAction(t, "sound")
			for _, a := range []*action.Action{damaged, sound} {
				execute(t, dial(t, s), a)
			}
			withdraw := s.Inject(reapitest.Fault{Method: "Read", Code: code, Message: "CRC check failed"})
			c := dial(t, s)
			if r, err := c.Lookup(within(t), damaged); r != nil || err != nil {
				t.Errorf("hit: %v, error: %v, want a miss", r != nil, err)
			}
			withdraw()
			if r, err := c.Lookup(within(t), sound); r == nil || err != nil || c.Down() != nil {
				t.Errorf("no hit: %v, down: %v", err, c.Down())
			}
		})
	}
}
