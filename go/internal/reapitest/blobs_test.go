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
	"thinrex/go/reapi/pb"
)

// noise returns n bytes that can't be compressed.
func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(data)
	return data
}

// Blobs are queried, uploaded and read in batches, and counted.
func TestBatches(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	a, b := []byte("one"), []byte("another")
	da, db := digest.SHA256.Of(a), digest.SHA256.Of(b)
	empty := digest.SHA256.Of(nil)
	find := &repb.FindMissingBlobsRequest{BlobDigests: []*repb.Digest{pb.Digest(da), pb.Digest(db), pb.Digest(empty)}}
	if n := len(must(c.cas.FindMissingBlobs(c.ctx, find))(c).GetMissingBlobDigests()); n != 2 {
		t.Errorf("%d missing, want 2: the empty blob is always stored", n)
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
	both := &repb.BatchReadBlobsRequest{Digests: []*repb.Digest{pb.Digest(da), pb.Digest(db)}}
	read := must(c.cas.BatchReadBlobs(c.ctx, both))(c).GetResponses()
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
	if got := s.QueriedTwice(); len(got) != 3 {
		t.Errorf("queried twice: %v", got)
	}
}

// Uploads are refused whose data, size or name isn't what the request says.
func TestRefusedUploads(t *testing.T) {
	s, c := start(t, reapitest.Options{
		Instance: "here",
		Capabilities: func(caps *repb.ServerCapabilities) {
			caps.CacheCapabilities.MaxBatchTotalSizeBytes = 64 << 10
		},
	})
	data := []byte("data")
	wrong := pb.Digest(digest.SHA256.Of([]byte("atad")))
	batch := func(edit func(all *repb.BatchUpdateBlobsRequest, one *repb.BatchUpdateBlobsRequest_Request)) error {
		one := &repb.BatchUpdateBlobsRequest_Request{Digest: pb.Digest(digest.SHA256.Of(data)), Data: data}
		req := &repb.BatchUpdateBlobsRequest{
			InstanceName: "here",
			Requests:     []*repb.BatchUpdateBlobsRequest_Request{one},
		}
		edit(req, one)
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
	type (
		request = *repb.BatchUpdateBlobsRequest
		entry   = *repb.BatchUpdateBlobsRequest_Request
	)
	for name, err := range map[string]error{
		"wrong digest":   batch(func(_ request, one entry) { one.Digest = wrong }),
		"no digest":      batch(func(_ request, one entry) { one.Digest = nil }),
		"zstd":           batch(func(_ request, one entry) { one.Compressor = repb.Compressor_ZSTD }),
		"function":       batch(func(all request, _ entry) { all.DigestFunction = repb.DigestFunction_BLAKE3 }),
		"instance":       batch(func(all request, _ entry) { all.InstanceName = "there" }),
		"announced size": batch(func(_ request, one entry) { one.Data = noise(64 << 10) }),

		"write, wrong digest": write(fmt.Sprintf("here%sblobs/%s/%d", uuid, wrong.GetHash(), len(data))),
		"write, wrong size":   write(fmt.Sprintf("here%sblobs/%s/%d", uuid, d.Hash, 3)),
		"write, instance":     write(fmt.Sprintf("there%sblobs/%v", uuid, d)),
		"write, zstd":         write(fmt.Sprintf("here%scompressed-blobs/zstd/%v", uuid, d)),
		"write, function":     write(fmt.Sprintf("here%sblobs/blake3/%v", uuid, d)),
		"write, no UUID":      write(fmt.Sprintf("here/uploads/1/blobs/%v", d)),
		"write, read's name":  write(fmt.Sprintf("here/blobs/%v", d)),
		"write, no blob":      write("here"),
	} {
		if got := status.Code(err); got != codes.InvalidArgument {
			t.Errorf("%s: %v, want %v", name, err, codes.InvalidArgument)
		}
	}
	tooLarge := batch(func(_ request, one entry) { one.Data = noise(4 << 20) })
	c.wantCode(tooLarge, codes.ResourceExhausted) // from gRPC itself
	if got := s.Blobs(); len(got) != 0 {
		t.Errorf("stored all the same: %v", got)
	}
}

// Blobs are written and read in streams.
func TestByteStream(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	data := noise(1 << 20)
	d := digest.SHA256.Of(data)
	resource := fmt.Sprintf("some/instance%sblobs/%v/name.o", uuid, d)
	query := &bspb.QueryWriteStatusRequest{ResourceName: resource}
	if _, err := c.bs.QueryWriteStatus(c.ctx, query); status.Code(err) != codes.NotFound {
		t.Errorf("status before the write: %v", err)
	}
	for range 2 {
		if got := must(c.write(resource, data, 100_000))(c).GetCommittedSize(); got != d.Size {
			t.Errorf("committed %d of %d", got, d.Size)
		}
	}
	if !must(c.bs.QueryWriteStatus(c.ctx, query))(c).GetComplete() {
		t.Error("not complete")
	}
	for _, test := range []struct{ offset, limit, end int64 }{
		{0, 0, d.Size}, {1000, 0, d.Size}, {d.Size - 1, 10, d.Size}, {5, 10, 15}, {d.Size, 0, d.Size},
	} {
		got := must(c.read(&bspb.ReadRequest{
			ResourceName: "blobs/" + d.String(),
			ReadOffset:   test.offset,
			ReadLimit:    test.limit,
		}))(c)
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

// Streams and batches may be compressed.
func TestZstd(t *testing.T) {
	s, c := start(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		reapitest.AnnounceZstd(caps, true)
	}})
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
	compressed := []*repb.BatchUpdateBlobsRequest_Request{
		{Digest: pb.Digest(d), Data: small, Compressor: repb.Compressor_ZSTD},
	}
	resp := must(c.cas.BatchUpdateBlobs(c.ctx, &repb.BatchUpdateBlobsRequest{Requests: compressed}))(c)
	if st := resp.GetResponses()[0].GetStatus(); st.GetCode() != 0 {
		t.Fatal(st)
	}
	read := must(c.cas.BatchReadBlobs(c.ctx, &repb.BatchReadBlobsRequest{
		Digests:               []*repb.Digest{pb.Digest(d)},
		AcceptableCompressors: []repb.Compressor_Value{repb.Compressor_ZSTD},
	}))(c).GetResponses()[0]
	got, err = dec.DecodeAll(read.GetData(), nil)
	if err != nil || read.GetCompressor() != repb.Compressor_ZSTD || !bytes.Equal(got, data) {
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
	c.wantCode(c.upload(data), codes.InvalidArgument) // without a function it means SHA256
}
