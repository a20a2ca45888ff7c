package reapi_test

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/klauspost/compress/zstd"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// hostile is a service that breaks the protocol in ways that reapitest's refuses.
type hostile struct {
	repb.UnimplementedCapabilitiesServer
	repb.UnimplementedActionCacheServer
	repb.UnimplementedContentAddressableStorageServer
	repb.UnimplementedExecutionServer
	bspb.UnimplementedByteStreamServer

	caps   *repb.ServerCapabilities
	result *repb.ActionResult
	chunk  []byte // sent without end
	update func(*repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse
	op     *longrunning.Operation
}

func (h *hostile) GetCapabilities(context.Context, *repb.GetCapabilitiesRequest) (*repb.ServerCapabilities, error) {
	return h.caps, nil
}

func (h *hostile) GetActionResult(context.Context, *repb.GetActionResultRequest) (*repb.ActionResult, error) {
	return h.result, nil
}

func (h *hostile) FindMissingBlobs(
	_ context.Context, r *repb.FindMissingBlobsRequest,
) (*repb.FindMissingBlobsResponse, error) {
	return &repb.FindMissingBlobsResponse{MissingBlobDigests: r.BlobDigests}, nil
}

func (h *hostile) BatchUpdateBlobs(
	_ context.Context, r *repb.BatchUpdateBlobsRequest,
) (*repb.BatchUpdateBlobsResponse, error) {
	return h.update(r), nil
}

func (h *hostile) Read(_ *bspb.ReadRequest, stream bspb.ByteStream_ReadServer) error {
	for {
		if err := stream.Send(&bspb.ReadResponse{Data: h.chunk}); err != nil {
			return err
		}
	}
}

func (h *hostile) Execute(_ *repb.ExecuteRequest, stream grpc.ServerStreamingServer[longrunning.Operation]) error {
	return stream.Send(h.op)
}

// start returns a client of the service.
func (h *hostile) start(t *testing.T, edits ...edit) *reapi.Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.WaitForHandlers(true))
	repb.RegisterCapabilitiesServer(server, h)
	repb.RegisterActionCacheServer(server, h)
	repb.RegisterContentAddressableStorageServer(server, h)
	repb.RegisterExecutionServer(server, h)
	bspb.RegisterByteStreamServer(server, h)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	h.caps = &repb.ServerCapabilities{
		CacheCapabilities:     &repb.CacheCapabilities{MaxBatchTotalSizeBytes: 64 << 10},
		ExecutionCapabilities: &repb.ExecutionCapabilities{ExecEnabled: true},
	}
	reapitest.AnnounceZstd(h.caps, false)
	c, err := reapi.Dial(t.Context(), options(t, nil, append(edits, func(o *reapi.Options) {
		o.Executor = "grpc://" + listener.Addr().String()
	})...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// No more is read than a blob's digest says: of an endless stream, and of one that
// decompresses to many times its size.
func TestEndlessStream(t *testing.T) {
	var bomb bytes.Buffer
	encoder, err := zstd.NewWriter(&bomb)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // 25 MB of zeros in a few kB, and the stream repeats it
		if _, err := encoder.Write(make([]byte, 256<<10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := encoder.Close(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		chunk    []byte
		compress bool
	}{
		"plain":    {chunk: make([]byte, 100_000)},
		"bomb":     {chunk: bomb.Bytes(), compress: true},
		"not zstd": {chunk: noise("x", 1000), compress: true},
		"frames that decoders skip": {
			chunk:    bytes.Repeat([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00skip"), 1000),
			compress: true,
		},
	}
	const claimed = 1 << 20
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := newAction(t, "m")
			h := &hostile{chunk: test.chunk, result: &repb.ActionResult{OutputFiles: []*repb.OutputFile{
				{Path: "m.native.o", Digest: &repb.Digest{Hash: theObject.Hash, SizeBytes: claimed}},
			}}}
			c := h.start(t, func(o *reapi.Options) { o.Compress = test.compress })
			if r, err := c.Lookup(within(t), a); r != nil || err != nil {
				t.Errorf("hit: %v, error: %v, want a miss", r != nil, err)
			}
			if _, down := c.Traffic(); down > claimed+claimed/128+1<<16+int64(len(test.chunk)) {
				t.Errorf("%d bytes were read for a blob of %d", down, claimed)
			}
		})
	}
}

// Empty messages don't count as answers, however many come.
func TestEmptyMessages(t *testing.T) {
	h := &hostile{chunk: []byte{}, result: &repb.ActionResult{OutputFiles: []*repb.OutputFile{
		{Path: "m.native.o", Digest: &repb.Digest{Hash: theObject.Hash, SizeBytes: 5 << 20}},
	}}}
	c := h.start(t, func(o *reapi.Options) { o.Timeout = 500 * time.Millisecond })
	r, err := c.Lookup(within(t), newAction(t, "m"))
	if r != nil || err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("hit: %v, error: %v", r != nil, err)
	}
}

// A service takes some blobs of a batch now, and others later or never.
func TestBatchInParts(t *testing.T) {
	quick.Skip(t, "waits a minute for a service")
	t.Parallel()
	answer := func(r *repb.BatchUpdateBlobsRequest, code codes.Code) *repb.BatchUpdateBlobsResponse {
		reply := &repb.BatchUpdateBlobsResponse{}
		for i, blob := range r.Requests {
			s := &spb.Status{}
			if i%2 == 1 {
				s = &spb.Status{Code: int32(code), Message: "full"}
			}
			response := &repb.BatchUpdateBlobsResponse_Response{Digest: blob.Digest, Status: s}
			reply.Responses = append(reply.Responses, response)
		}
		return reply
	}
	tests := map[string]struct {
		answer func(*repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse
		want   string
	}{
		"the rest later": {answer: func(r *repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse {
			return answer(r, codes.ResourceExhausted)
		}},
		"the rest left out": {answer: func(r *repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse {
			reply := answer(r, codes.OK)
			reply.Responses = reply.Responses[:(len(reply.Responses)+1)/2]
			return reply
		}},
		"never": {want: "full", answer: func(r *repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse {
			return answer(r, codes.InvalidArgument)
		}},
		"all left out": {
			want: "leaves out some blobs",
			answer: func(r *repb.BatchUpdateBlobsRequest) *repb.BatchUpdateBlobsResponse {
				return &repb.BatchUpdateBlobsResponse{}
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &hostile{update: test.answer, op: &longrunning.Operation{Done: true, Result: &longrunning.Operation_Error{
				Error: &spb.Status{Code: int32(codes.InvalidArgument), Message: "all was uploaded"},
			}}}
			test.want = cmp.Or(test.want, "all was uploaded")
			_, err := h.start(t).Execute(within(t), newAction(t, "m"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}
