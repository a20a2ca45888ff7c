package reapitest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/klauspost/compress/zstd"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
)

func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(data)
	return data
}

func TestCapabilities(t *testing.T) {
	_, c := start(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.HighApiVersion.Major = 3
		caps.CacheCapabilities.MaxBatchTotalSizeBytes = 0
	}})
	caps := must(c.caps.GetCapabilities(c.ctx, &repb.GetCapabilitiesRequest{}))(c)
	if caps.GetHighApiVersion().GetMajor() != 3 || caps.GetCacheCapabilities().GetMaxBatchTotalSizeBytes() != 0 ||
		!caps.GetExecutionCapabilities().GetExecEnabled() {
		t.Errorf("capabilities: %v", caps)
	}
}

func TestBatches(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	a, b := []byte("one"), []byte("another")
	da, db := digest.SHA256.Of(a), digest.SHA256.Of(b)
	find := &repb.FindMissingBlobsRequest{BlobDigests: []*repb.Digest{da.Proto(), db.Proto(), digest.SHA256.Of(nil).Proto()}}
	if n := len(must(c.cas.FindMissingBlobs(c.ctx, find))(c).GetMissingBlobDigests()); n != 2 {
		t.Errorf("%d missing, want 2: the empty blob is always there", n)
	}
	if err := c.upload(a, b); err != nil {
		t.Fatal(err)
	}
	if err := c.upload(b); err != nil {
		t.Fatal(err)
	}
	if n := len(must(c.cas.FindMissingBlobs(c.ctx, find))(c).GetMissingBlobDigests()); n != 0 {
		t.Errorf("%d missing after the upload", n)
	}
	s.RemoveBlob(da)
	read := must(c.cas.BatchReadBlobs(c.ctx, &repb.BatchReadBlobsRequest{Digests: []*repb.Digest{da.Proto(), db.Proto()}}))(c).GetResponses()
	if codes.Code(read[0].GetStatus().GetCode()) != codes.NotFound || !bytes.Equal(read[1].GetData(), b) {
		t.Errorf("read: %v", read)
	}
	if got, want := s.Received(), int64(len(a)+2*len(b)); got != want {
		t.Errorf("received %d bytes, want %d", got, want)
	}
	if got := s.Sent(); got != int64(len(b)) {
		t.Errorf("sent %d bytes, want %d", got, len(b))
	}
	if got := s.UploadedTwice(); !slices.Equal(got, []digest.Digest{db}) {
		t.Errorf("uploaded twice: %v", got)
	}
	if got := s.AskedTwice(); len(got) != 3 {
		t.Errorf("asked twice: %v", got)
	}
}

// Every kind of upload that isn't what it says is refused.
func TestRefusedUploads(t *testing.T) {
	s, c := start(t, reapitest.Options{Instance: "here", Capabilities: func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.MaxBatchTotalSizeBytes = 64 << 10
	}})
	data := []byte("data")
	wrong := digest.SHA256.Of([]byte("atad")).Proto()
	batch := func(edit func(*repb.BatchUpdateBlobsRequest)) error {
		req := &repb.BatchUpdateBlobsRequest{InstanceName: "here", Requests: []*repb.BatchUpdateBlobsRequest_Request{
			{Digest: digest.SHA256.Of(data).Proto(), Data: data},
		}}
		edit(req)
		resp, err := c.cas.BatchUpdateBlobs(c.ctx, req)
		if err != nil {
			return err
		}
		return status.FromProto(resp.GetResponses()[0].GetStatus()).Err()
	}
	write := func(resource string) error {
		_, err := c.write(resource, data, len(data))
		return err
	}
	d := digest.SHA256.Of(data)
	tests := map[string]struct {
		err  error
		want codes.Code
	}{
		"wrong digest":   {batch(func(r *repb.BatchUpdateBlobsRequest) { r.Requests[0].Digest = wrong }), codes.InvalidArgument},
		"no digest":      {batch(func(r *repb.BatchUpdateBlobsRequest) { r.Requests[0].Digest = nil }), codes.InvalidArgument},
		"zstd":           {batch(func(r *repb.BatchUpdateBlobsRequest) { r.Requests[0].Compressor = repb.Compressor_ZSTD }), codes.InvalidArgument},
		"function":       {batch(func(r *repb.BatchUpdateBlobsRequest) { r.DigestFunction = repb.DigestFunction_BLAKE3 }), codes.InvalidArgument},
		"instance":       {batch(func(r *repb.BatchUpdateBlobsRequest) { r.InstanceName = "there" }), codes.InvalidArgument},
		"announced size": {batch(func(r *repb.BatchUpdateBlobsRequest) { r.Requests[0].Data = noise(64 << 10) }), codes.InvalidArgument},
		"gRPC's size":    {batch(func(r *repb.BatchUpdateBlobsRequest) { r.Requests[0].Data = noise(4 << 20) }), codes.ResourceExhausted},

		"write, wrong digest": {write(fmt.Sprintf("here%sblobs/%s/%d", uuid, wrong.GetHash(), len(data))), codes.InvalidArgument},
		"write, wrong size":   {write(fmt.Sprintf("here%sblobs/%s/%d", uuid, d.Hash, 3)), codes.InvalidArgument},
		"write, instance":     {write(fmt.Sprintf("there%sblobs/%v", uuid, d)), codes.InvalidArgument},
		"write, zstd":         {write(fmt.Sprintf("here%scompressed-blobs/zstd/%v", uuid, d)), codes.InvalidArgument},
		"write, function":     {write(fmt.Sprintf("here%sblobs/blake3/%v", uuid, d)), codes.InvalidArgument},
		"write, no UUID":      {write(fmt.Sprintf("here/uploads/1/blobs/%v", d)), codes.InvalidArgument},
		"write, read's name":  {write(fmt.Sprintf("here/blobs/%v", d)), codes.InvalidArgument},
		"write, no blob":      {write("here"), codes.InvalidArgument},
	}
	for name, test := range tests {
		if got := status.Code(test.err); got != test.want {
			t.Errorf("%s: %v, want %v", name, test.err, test.want)
		}
	}
	if got := s.Blobs(); len(got) != 0 {
		t.Errorf("stored all the same: %v", got)
	}
}

func TestByteStream(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	data := noise(1 << 20)
	d := digest.SHA256.Of(data)
	resource := fmt.Sprintf("some/instance%sblobs/%v/name.o", uuid, d)
	if _, err := c.bs.QueryWriteStatus(c.ctx, &bspb.QueryWriteStatusRequest{ResourceName: resource}); status.Code(err) != codes.NotFound {
		t.Errorf("status before the write: %v", err)
	}
	for range 2 {
		if got := must(c.write(resource, data, 100_000))(c).GetCommittedSize(); got != d.Size {
			t.Errorf("committed %d of %d", got, d.Size)
		}
	}
	if !must(c.bs.QueryWriteStatus(c.ctx, &bspb.QueryWriteStatusRequest{ResourceName: resource}))(c).GetComplete() {
		t.Error("not complete")
	}
	for _, test := range []struct{ offset, limit, end int64 }{{0, 0, d.Size}, {1000, 0, d.Size}, {d.Size - 1, 10, d.Size}, {5, 10, 15}, {d.Size, 0, d.Size}} {
		got := must(c.read(&bspb.ReadRequest{ResourceName: "blobs/" + d.String(), ReadOffset: test.offset, ReadLimit: test.limit}))(c)
		if !bytes.Equal(got, data[test.offset:test.end]) {
			t.Errorf("%+v: %d bytes", test, len(got))
		}
	}
	_, err := c.read(&bspb.ReadRequest{ResourceName: "blobs/" + d.String(), ReadOffset: d.Size + 1})
	c.wantCode(err, codes.OutOfRange)
	s.Wipe(false)
	_, err = c.read(&bspb.ReadRequest{ResourceName: "blobs/" + d.String()})
	c.wantCode(err, codes.NotFound)
}

func TestZstd(t *testing.T) {
	s, c := start(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) { reapitest.AnnounceZstd(caps, true) }})
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	data := bytes.Repeat([]byte("all the same "), 10_000)
	small := enc.EncodeAll(data, nil)
	d := digest.SHA256.Of(data)
	up := fmt.Sprintf("i%scompressed-blobs/zstd/%v", uuid, d)
	if got := must(c.write(up, small, 100))(c).GetCommittedSize(); got != int64(len(small)) {
		t.Errorf("committed %d, want %d", got, len(small))
	}
	if got := s.Received(); got != int64(len(small)) {
		t.Errorf("received %d, want %d", got, len(small))
	}
	if got := must(c.write(up, small, 100))(c).GetCommittedSize(); got != -1 {
		t.Errorf("committed %d again, want -1", got)
	}
	got := must(c.read(&bspb.ReadRequest{ResourceName: "compressed-blobs/zstd/" + d.String(), ReadOffset: 7}))(c)
	if got, err = dec.DecodeAll(got, nil); err != nil || !bytes.Equal(got, data[7:]) {
		t.Errorf("read: %d bytes, %v", len(got), err)
	}

	s.Wipe(true)
	resp := must(c.cas.BatchUpdateBlobs(c.ctx, &repb.BatchUpdateBlobsRequest{Requests: []*repb.BatchUpdateBlobsRequest_Request{
		{Digest: d.Proto(), Data: small, Compressor: repb.Compressor_ZSTD},
	}}))(c)
	if st := resp.GetResponses()[0].GetStatus(); st.GetCode() != 0 {
		t.Fatal(st)
	}
	read := must(c.cas.BatchReadBlobs(c.ctx, &repb.BatchReadBlobsRequest{
		Digests: []*repb.Digest{d.Proto()}, AcceptableCompressors: []repb.Compressor_Value{repb.Compressor_ZSTD},
	}))(c).GetResponses()[0]
	if got, err = dec.DecodeAll(read.GetData(), nil); err != nil || read.GetCompressor() != repb.Compressor_ZSTD || !bytes.Equal(got, data) {
		t.Errorf("batch read: %v, %v", read.GetCompressor(), err)
	}
}

func TestBLAKE3(t *testing.T) {
	_, c := start(t, reapitest.Options{DigestFunctions: []digest.Function{digest.BLAKE3}})
	data := []byte("data")
	d := digest.BLAKE3.Of(data)
	must(c.write(fmt.Sprintf("i%sblobs/blake3/%v", uuid, d), data, 10))(c)
	if got := must(c.read(&bspb.ReadRequest{ResourceName: "blobs/blake3/" + d.String()}))(c); !bytes.Equal(got, data) {
		t.Errorf("read %q", got)
	}
	c.wantCode(c.upload(data), codes.InvalidArgument) // says SHA256 by saying nothing
}

func TestActionCache(t *testing.T) {
	s, c := start(t, reapitest.Options{Inline: true})
	object, words := []byte("\x7fELF"), []byte("warning")
	action := c.action(&repb.Action{}, &repb.Command{Arguments: []string{"cc"}, OutputPaths: []string{"a.o"}})
	result := &repb.ActionResult{
		OutputFiles:  []*repb.OutputFile{{Path: "a.o", Digest: digest.SHA256.Of(object).Proto()}},
		StderrDigest: digest.SHA256.Of(words).Proto(),
	}
	get := &repb.GetActionResultRequest{ActionDigest: action, InlineStderr: true, InlineOutputFiles: []string{"a.o"}}
	update := &repb.UpdateActionResultRequest{ActionDigest: action, ActionResult: result}
	_, err := c.ac.GetActionResult(c.ctx, get)
	c.wantCode(err, codes.NotFound)
	_, err = c.ac.UpdateActionResult(c.ctx, update)
	c.wantCode(err, codes.FailedPrecondition) // its blobs aren't there
	if err := c.upload(object, words); err != nil {
		t.Fatal(err)
	}
	must(c.ac.UpdateActionResult(c.ctx, update))(c)
	got := must(c.ac.GetActionResult(c.ctx, get))(c)
	if !bytes.Equal(got.GetOutputFiles()[0].GetContents(), object) || !bytes.Equal(got.GetStderrRaw(), words) {
		t.Errorf("not inlined: %v", got)
	}
	if n := len(s.ActionResults()); n != 1 {
		t.Errorf("%d results", n)
	}
	update.ActionDigest = digest.SHA256.Of(noise(10)).Proto()
	_, err = c.ac.UpdateActionResult(c.ctx, update)
	c.wantCode(err, codes.FailedPrecondition) // the action isn't there
	s.Wipe(true)
	_, err = c.ac.GetActionResult(c.ctx, get)
	c.wantCode(err, codes.NotFound)
}

func TestReadOnly(t *testing.T) {
	_, c := start(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
		caps.ExecutionCapabilities.ExecEnabled = false
	}})
	action := c.action(&repb.Action{}, &repb.Command{Arguments: []string{"cc"}})
	_, err := c.ac.UpdateActionResult(c.ctx, &repb.UpdateActionResultRequest{ActionDigest: action, ActionResult: &repb.ActionResult{}})
	c.wantCode(err, codes.PermissionDenied)
	_, err = c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action}))
	c.wantCode(err, codes.Unimplemented)
}
