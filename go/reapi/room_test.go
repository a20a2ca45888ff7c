package reapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// Several services say in different ways that their CAS is full. It gets each blob
// once, or as often as it takes to tell it from a busy one. Then it gets no more.
func TestFullCAS(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code    codes.Code
		message string
		sends   int
		streams bool
	}{
		"bazel-remote":       {code: codes.ResourceExhausted, message: "The remote cache has no space for it", sends: 1},
		"disk":               {code: codes.Internal, message: "write /cas/ab: no space left on device", sends: 1},
		"quota":              {code: codes.Unknown, message: "Disk quota exceeded", sends: 1},
		"unavailable":        {code: codes.Unavailable, message: "ENOSPC", sends: 1},
		"precondition":       {code: codes.FailedPrecondition, message: "Insufficient storage", sends: 1},
		"no text":            {code: codes.ResourceExhausted, message: "", sends: 3},
		"streams":            {code: codes.ResourceExhausted, message: "out of disk", sends: 1, streams: true},
		"streams, no text":   {code: codes.ResourceExhausted, message: "quota", sends: 3, streams: true},
		"streams, EDQUOT":    {code: codes.Internal, message: "EDQUOT", sends: 1, streams: true},
		"streams, the cause": {code: codes.Unknown, message: "rpc failed: No space left on device", sends: 1, streams: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
				if test.streams {
					caps.CacheCapabilities.MaxBatchTotalSizeBytes = 1
				}
			}})
			known, cached := newAction(t, "known", input("k", noise("k", 1000))), newAction(t, "cached")
			for _, a := range []*action.Action{known, cached} {
				execute(t, dial(t, s), a)
			}
			received := s.Received()
			s.Fill(test.code, test.message)
			c := dial(t, s, storing, func(o *reapi.Options) { o.Retries, o.AcceptCached = 5, true })
			a := newAction(t, "m0", input("m.o", noise("m", 1000)))
			_, err := c.Execute(within(t), a)
			if !errors.Is(err, reapi.ErrNoRoom) || !strings.Contains(err.Error(), at(s)) ||
				!strings.Contains(err.Error(), test.message) {
				t.Fatal(err)
			}
			var all int64
			for _, d := range append(sizes(a.Directories), a.Digest.Size, a.CommandDigest.Size, 1000) {
				all += d
			}
			for i := range 10 {
				more := newAction(t, fmt.Sprint("m", 1+i), input("m.o", noise(fmt.Sprint(i), 1000)))
				if _, err := c.Execute(within(t), more); !errors.Is(err, reapi.ErrNoRoom) {
					t.Error(err)
				}
				if err := c.Store(within(t), more, soundResult()); !errors.Is(err, reapi.ErrNoRoom) {
					t.Error(err)
				}
			}
			// Only the first action's blobs were sent; some may have been under way when it failed.
			if n := s.Received() - received; n > int64(test.sends)*all {
				t.Errorf("%d bytes sent of %d, want them %d times at most", n, all, test.sends)
			}
			// Executions and lookups that need no upload go on.
			execute(t, c, known)
			if r, err := c.Lookup(within(t), cached); r == nil || err != nil || c.Down() != nil {
				t.Errorf("hit: %v, error: %v, down: %v", r != nil, err, c.Down())
			}
		})
	}
}

func sizes(blobs map[digest.Digest][]byte) (list []int64) {
	for d := range blobs {
		list = append(list, d.Size)
	}
	return list
}

// A service that refuses uploads for a moment, because there are too many, isn't
// full.
func TestBusyCAS(t *testing.T) {
	quick.Skip(t, "waits a minute for a service")
	t.Parallel()
	for name, test := range map[string]struct {
		method, message string
		times           int
	}{
		"batches":          {"BatchUpdateBlobs", "too many requests", 5},
		"streams":          {"Write", "rate limit exceeded", 20},
		"batches, no text": {"BatchUpdateBlobs", "", 2},
		"streams, no text": {"Write", "", 2},
		"batches, later":   {"BatchUpdateBlobs", "try again later", 4},
	} {
		method := test.method
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
				if method == "Write" {
					caps.CacheCapabilities.MaxBatchTotalSizeBytes = 1
				}
			}})
			s.Inject(reapitest.Fault{
				Method:  method,
				Times:   test.times,
				Code:    codes.ResourceExhausted,
				Message: test.message,
			})
			c := dial(t, s, func(o *reapi.Options) { o.Retries = 5 })
			for i := range 5 {
				execute(t, c, newAction(t, fmt.Sprint(i), input("m.o", noise(fmt.Sprint(i), 1000))))
			}
		})
	}
}

// The CAS isn't full if it takes other blobs meanwhile.
func TestOneUploadRefused(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{Capabilities: smallBatches})
	s.Inject(reapitest.Fault{Method: "Write", Times: 1, Code: codes.ResourceExhausted})
	c := dial(t, s)
	execute(t, c, newAction(t, "m", input("large", noise("large", 5000)), input("small", noise("small", 100))))
	execute(t, c, newAction(t, "n", input("large", noise("other", 5000))))
}

// An upload that gets no answer ends as soon as another upload finds that the CAS is
// full, not only after its own timeout.
func TestFullCASEndsOtherUploads(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.MaxBatchTotalSizeBytes = 1 // each blob is a stream
	}})
	c := dial(t, s, func(o *reapi.Options) { o.Timeout = 2 * time.Minute })
	s.Inject(reapitest.Fault{Method: "Write", Times: 1, Hang: true})
	waiting := make(chan error, 1)
	go func() {
		_, err := c.Execute(within(t), newAction(t, "first", input("m.o", noise("first", 1000))))
		waiting <- err
	}()
	if err := s.WaitCalls(within(t), "Write", 1); err != nil {
		t.Fatal(err)
	}
	s.Fill(codes.Internal, "no space left on device")
	second := newAction(t, "second", input("m.o", noise("second", 1000)))
	if _, err := c.Execute(within(t), second); !errors.Is(err, reapi.ErrNoRoom) {
		t.Error(err)
	}
	if err := <-waiting; !errors.Is(err, reapi.ErrNoRoom) || !strings.Contains(err.Error(), at(s)) {
		t.Errorf("the upload that waited: %v", err)
	}
}
