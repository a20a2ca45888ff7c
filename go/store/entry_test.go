package store

import (
	"bytes"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
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
		m, _ := r.AsMessage(digest.SHA256)
		data, err := writeEntry(&m)
		p, _ := pb.Result(&r, digest.SHA256)
		if want := entry(t, p); err != nil || !bytes.Equal(data, want) {
			t.Errorf("%d: %q, %v, want %q", i, data, err, want)
		}
		list = append(list, data)
	}
	return list
}

// readLikeLibrary checks that an entry is read as the protobuf library reads it, and returns
// whether it is this package's own.
func readLikeLibrary(t *testing.T, data []byte) (own bool) {
	t.Helper()
	m, own, err := readEntry(data)
	p := new(repb.ActionResult)
	wantErr := proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(data, p)
	if wantErr != nil {
		if own && err == nil {
			t.Errorf("%q: %+v, want an error: %v", data, m, wantErr)
		}
		return false
	}
	want := pb.Message(p)
	if err != nil {
		t.Errorf("%q: %v, want %+v", data, err, want)
	} else if diff := cmp.Diff(&want, m, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q: %s", data, diff)
	}
	return own
}

// Results that this package wrote are known as such, and others are read as the protobuf
// library reads them.
func TestReadEntry(t *testing.T) {
	for i, data := range ownEntries(t) {
		if !readLikeLibrary(t, data) {
			t.Errorf("%d isn't known", i)
		}
	}
	d := pb.Digest(digest.SHA256.Of(nil))
	for i, p := range []*repb.ActionResult{
		{OutputSymlinks: []*repb.OutputSymlink{{Path: "a", Target: "b"}}},
		{OutputDirectories: []*repb.OutputDirectory{{Path: "a"}}},
		{OutputFiles: []*repb.OutputFile{{Path: "a", Digest: d, IsExecutable: true}}},
		{OutputFiles: []*repb.OutputFile{{Path: "a", Digest: d, Contents: []byte("a")}}},
		{ExecutionMetadata: &repb.ExecutedActionMetadata{Worker: "w"}},
		{ExecutionMetadata: &repb.ExecutedActionMetadata{QueuedTimestamp: timestamppb.New(time.Unix(7, 0))}},
	} {
		if readLikeLibrary(t, entry(t, p)) {
			t.Errorf("%d is taken for this package's own", i)
		}
	}
	readLikeLibrary(t, entry(t, &repb.ActionResult{
		ExecutionMetadata: &repb.ExecutedActionMetadata{ExecutionCompletedTimestamp: timestamppb.New(time.Unix(7, 0))},
	}))
	twice := entry(t, &repb.ActionResult{StdoutDigest: d, ExitCode: 1})
	twice = append(twice, entry(t, &repb.ActionResult{StdoutDigest: &repb.Digest{SizeBytes: 7}, ExitCode: 2})...)
	if readLikeLibrary(t, twice) { // parts of one message
		t.Error("an entry of two parts is taken for this package's own")
	}
}

// Whatever is in a file, it is never read in another way than by the protobuf library.
func FuzzReadEntry(f *testing.F) {
	for _, data := range ownEntries(f) {
		f.Add(data)
	}
	f.Add(entry(f, &repb.ActionResult{
		OutputDirectories: []*repb.OutputDirectory{{Path: "a"}},
		ExecutionMetadata: &repb.ExecutedActionMetadata{Worker: "w", ExecutionStartTimestamp: &timestamppb.Timestamp{}},
	}))
	f.Fuzz(func(t *testing.T, data []byte) { readLikeLibrary(t, data) })
}
