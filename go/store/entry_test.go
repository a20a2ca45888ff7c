package store

import (
	"bytes"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/action"
	"thinrex/go/digest"
)

func entry(t testing.TB, p *repb.ActionResult) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// ownEntries are some of all kinds that this package writes. It writes them as the
// protobuf library does.
func ownEntries(t testing.TB) (list [][]byte) {
	t.Helper()
	long := make([]byte, 100_000)
	for i, r := range []action.Result{
		{},
		{ExitCode: -1},
		{Stdout: []byte("manifest"), Stderr: []byte("warning\xff")},
		{Began: time.Unix(0, 0), Ran: time.Nanosecond},
		{Began: time.Unix(1790000000, 999999999), Ran: time.Hour},
		{Began: time.Unix(-1, 1), Ran: time.Second}, // a clock that isn't set
		{Stdout: long, Stderr: long, Outputs: []action.OutputFile{{Name: "o", Data: []byte("o")}, {Name: "ü"}}},
	} {
		p, _ := r.Proto(digest.SHA256)
		data, err := writeEntry(p)
		if want := entry(t, p); err != nil || !bytes.Equal(data, want) {
			t.Errorf("%d: %q, %v, want %q", i, data, err, want)
		}
		list = append(list, data)
	}
	return list
}

// Results that this package wrote are read without the protobuf library, and others as
// it reads them.
func TestReadEntry(t *testing.T) {
	for i, data := range ownEntries(t) {
		if _, ok := readOwnEntry(data); !ok {
			t.Errorf("%d isn't read", i)
		}
	}
	d := digest.SHA256.Of(nil).Proto()
	for i, p := range []*repb.ActionResult{
		{OutputSymlinks: []*repb.OutputSymlink{{Path: "a", Target: "b"}}},
		{OutputDirectories: []*repb.OutputDirectory{{Path: "a"}}},
		{OutputFiles: []*repb.OutputFile{{Path: "a", Digest: d, IsExecutable: true}}},
		{OutputFiles: []*repb.OutputFile{{Path: "a", Digest: d, Contents: []byte("a")}}},
		{ExecutionMetadata: &repb.ExecutedActionMetadata{Worker: "w"}},
		{ExecutionMetadata: &repb.ExecutedActionMetadata{ExecutionCompletedTimestamp: timestamppb.New(time.Unix(7, 0))}},
		{ExecutionMetadata: &repb.ExecutedActionMetadata{QueuedTimestamp: timestamppb.New(time.Unix(7, 0))}},
	} {
		got, err := readEntry(entry(t, p))
		if err != nil || !proto.Equal(got, p) {
			t.Errorf("%d: %v, %v, want %v", i, got, err, p)
		}
	}
	twice := entry(t, &repb.ActionResult{StdoutDigest: d})
	twice = append(twice, entry(t, &repb.ActionResult{StdoutDigest: &repb.Digest{SizeBytes: 7}})...)
	got, err := readEntry(twice) // parts of one message
	if err != nil || got.StdoutDigest.Hash != d.Hash || got.StdoutDigest.SizeBytes != 7 {
		t.Errorf("%v, %v", got, err)
	}
}

// Whatever is in a file, it is never read in another way than by the protobuf library.
func FuzzReadEntry(f *testing.F) {
	for _, data := range ownEntries(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := readOwnEntry(data)
		if !ok {
			return
		}
		want := new(repb.ActionResult)
		if err := proto.Unmarshal(data, want); err != nil || !proto.Equal(got, want) {
			t.Errorf("%q: %v, want %v, %v", data, got, want, err)
		}
	})
}
