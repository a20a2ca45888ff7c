package reapi_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// The actions of a link upload each blob once.
func TestUploadedOnce(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s)
	shared := []action.Input{
		inputFile(t, "b-large", noise("large", 5<<20)),
		inputFile(t, "b-small", noise("small", 3000)),
	}
	for i := range 20 {
		shared = append(shared, input(fmt.Sprintf("c%02d", i), noise(fmt.Sprint(i), 2000)))
	}
	actions := make([]*action.Action, 100)
	unique := map[digest.Digest]bool{}
	for i := range actions {
		name := fmt.Sprint("module", i)
		actions[i] = newAction(t, name, append([]action.Input{input("a", []byte(name))}, shared...)...)
		for _, in := range actions[i].Inputs {
			unique[in.Digest] = true
		}
		for d := range actions[i].Directories {
			unique[d] = true
		}
		unique[actions[i].Digest], unique[actions[i].CommandDigest] = true, true
	}
	for _, err := range atOnce(len(actions), func(i int) error {
		_, err := c.Execute(within(t), actions[i])
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if up, queried := s.UploadedTwice(), s.QueriedTwice(); len(up)+len(queried) > 0 {
		t.Errorf("uploaded twice: %v, queried twice: %v", up, queried)
	}
	var want int64
	for d := range unique {
		want += d.Size
	}
	if up, _ := c.Traffic(); up != want || s.Received() != want {
		t.Errorf("%d bytes sent, %d received, want %d", up, s.Received(), want)
	}
	if n := s.Calls("Write"); n != 1 {
		t.Errorf("%d blobs were streamed, want the one above 4 MiB", n)
	}
}

// The server refuses batches above what it announces, and messages above
// gRPC's 4 MiB.
func TestBatchLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		limit            int64
		blobs, size      int
		batches, streams int // at most so many batches, and exactly so many streams
	}{
		{limit: 0, blobs: 100, size: 60_000, batches: 6},
		{limit: 0, blobs: 2, size: 4<<20 - 100, batches: 4, streams: 2},
		{limit: 1 << 40, blobs: 5, size: 3 << 20, batches: 9},
		{limit: 64 << 10, blobs: 10, size: 65_000, batches: 14},
		{limit: 64 << 10, blobs: 1000, size: 10, batches: 20, streams: 1}, // the Directory
		{limit: 64 << 10, blobs: 3, size: 64 << 10, batches: 4, streams: 3},
		{limit: 1 << 10, blobs: 10, size: 3000, batches: 8, streams: 11},
		{limit: 100, blobs: 3, size: 90, streams: 6},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d of %d below %d", test.blobs, test.size, test.limit), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
				caps.CacheCapabilities.MaxBatchTotalSizeBytes = test.limit
			}})
			var inputs []action.Input
			for i := range test.blobs {
				name := fmt.Sprintf("%04d", i)
				inputs = append(inputs, input(name, noise(name, test.size)))
			}
			a := newAction(t, "m", inputs...)
			execute(t, dial(t, s), a)
			if n := s.Calls("BatchUpdateBlobs"); n > test.batches {
				t.Errorf("%d batches, want %d at most", n, test.batches)
			}
			if n := s.Calls("Write"); n != test.streams {
				t.Errorf("%d streams, want %d", n, test.streams)
			}
			if len(s.UploadedTwice()) > 0 {
				t.Error("uploaded twice")
			}
		})
	}
}

// What a service answers at the end of a stream tells whether it has the whole blob.
func TestCommittedSize(t *testing.T) {
	t.Parallel()
	large := noise("large", 5<<20)
	tests := map[string]struct {
		answer func(honest, call int64) int64
		writes int
		fails  bool
	}{
		"-1":           {answer: func(int64, int64) int64 { return -1 }, writes: 1},
		"short once":   {answer: func(n, call int64) int64 { return n - 2 + min(call, 2) }, writes: 2},
		"always short": {answer: func(n, _ int64) int64 { return n / 2 }, writes: 3, fails: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			s := reapitest.StartT(t, reapitest.Options{
				CommittedSize: func(n int64) int64 { return test.answer(n, calls.Add(1)) },
			})
			_, err := dial(t, s).Execute(within(t), newAction(t, "m", inputFile(t, "m.o", large)))
			if (err != nil) != test.fails || s.Calls("Write") != test.writes {
				t.Errorf("%d writes: %v", s.Calls("Write"), err)
			}
		})
	}
}

// Batches, streams, both or none are compressed, as the service offers and the user
// wishes.
func TestCompression(t *testing.T) {
	t.Parallel()
	small, medium := bytes.Repeat([]byte("s "), 1500), bytes.Repeat([]byte("m "), 30_000)
	large := bytes.Repeat([]byte("l "), 3_000_000)
	raw := int64(len(small) + len(medium) + len(large))
	tests := []struct {
		streams, batches, wanted bool
		writes                   int
		least, most              int64
	}{
		{writes: 1, least: raw, most: raw + 1000},
		{wanted: true, writes: 1, least: raw, most: raw + 1000},
		{streams: true, batches: true, writes: 1, least: raw, most: raw + 1000},
		// Blobs that are worth compressing are sent as streams.
		{streams: true, wanted: true, writes: 2, least: int64(len(small)), most: raw / 100},
		{streams: true, batches: true, wanted: true, writes: 1, most: raw / 100},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{
				Execute: writes(100_000),
				CommittedSize: func(n int64) int64 {
					if test.streams && test.wanted {
						return 12 // how much of a compressed stream was read says nothing about the blob
					}
					return n
				},
				Capabilities: func(caps *repb.ServerCapabilities) {
					if test.streams {
						reapitest.AnnounceZstd(caps, test.batches)
					}
				}})
			zstd := func(o *reapi.Options) { o.Compress = test.wanted }
			c := dial(t, s, zstd)
			a := newAction(t, "m",
				inputFile(t, "large", large), inputFile(t, "medium", medium), inputFile(t, "small", small))
			execute(t, c, a)
			if n := s.Calls("Write"); n != test.writes {
				t.Errorf("%d streams, want %d", n, test.writes)
			}
			if n := s.Received(); n < test.least || n > test.most {
				t.Errorf("%d bytes of %d went over the wire", n, raw)
			}
			if up, _ := c.Traffic(); up != s.Received() {
				t.Errorf("%d bytes counted, %d received", up, s.Received())
			}
			if got, _ := s.Blob(digest.SHA256.Of(large)); !bytes.Equal(got, large) {
				t.Error("the blob arrived with other bytes")
			}
			if r, err := dial(t, s, zstd).Lookup(within(t), a); r == nil || err != nil {
				t.Errorf("no hit: %v", err)
			}
		})
	}
}

// BLAKE3 is named in the resource names of streams.
func TestBLAKE3(t *testing.T) {
	both := []digest.Function{digest.SHA256, digest.BLAKE3}
	s := reapitest.StartT(t, reapitest.Options{DigestFunctions: both, Execute: writes(5 << 20)})
	data := []byte(strings.Repeat("x", 5<<20))
	a := newActionBy(t, digest.BLAKE3, "m", action.Input{Name: "m.o", Digest: digest.BLAKE3.Of(data), Data: data})
	blake3 := func(o *reapi.Options) { o.Function = digest.BLAKE3 }
	execute(t, dial(t, s, blake3), a)
	if r, err := dial(t, s, blake3).Lookup(within(t), a); r == nil || err != nil {
		t.Errorf("no hit: %v", err)
	}
	if s.Calls("Write") != 1 || s.Calls("Read") != 2 {
		t.Errorf("%d writes, %d reads", s.Calls("Write"), s.Calls("Read"))
	}
}
