//go:build e2e && linux

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/e2e/internal/stage"
	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// TestWorkerCache shows how the worker keeps blobs and results.
func TestWorkerCache(t *testing.T) {
	c := newClient(t, site.StartWorker(t, stage.WorkerOptions{}))
	for _, tc := range []struct {
		name string
		test func(t *testing.T, c *client)
	}{
		{"capabilities", testCapabilities},
		{"blobs", testBlobs},
		{"large blobs", testLargeBlobs},
		{"results", testResults},
	} {
		t.Run(tc.name, func(t *testing.T) { tc.test(t, c.in(t)) })
	}
}

func testCapabilities(t *testing.T, c *client) {
	caps, err := c.caps.GetCapabilities(c.ctx, &repb.GetCapabilitiesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("capabilities: %v", caps)
	if !caps.GetExecutionCapabilities().GetExecEnabled() {
		t.Error("no execution")
	}
	if !caps.GetCacheCapabilities().GetActionCacheUpdateCapabilities().GetUpdateEnabled() {
		t.Error("the Action Cache can't be written")
	}

	// Without RequestMetadata.
	_, err = c.caps.GetCapabilities(context.WithoutCancel(t.Context()), &repb.GetCapabilitiesRequest{})
	t.Logf("without RequestMetadata: %v", err)
}

func testBlobs(t *testing.T, c *client) {
	data := []byte("some content")
	d := pb.Digest(digest.SHA256.Of(data))
	empty := pb.Digest(digest.SHA256.Of(nil))
	missing := func() []*repb.Digest {
		resp, err := c.cas.FindMissingBlobs(c.ctx, &repb.FindMissingBlobsRequest{BlobDigests: []*repb.Digest{d}})
		if err != nil {
			t.Fatal(err)
		}
		return resp.GetMissingBlobDigests()
	}
	if got := missing(); len(got) != 1 || !proto.Equal(got[0], d) {
		t.Errorf("missing before the upload: %v", got)
	}
	if _, err := c.read(d, 0); status.Code(err) != codes.NotFound {
		t.Errorf("read of an absent blob: %v, want NOT_FOUND", err)
	}
	c.put(data)
	if got := missing(); len(got) != 0 {
		t.Errorf("missing after the upload: %v", got)
	}
	if got, err := c.read(d, 0); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read: %q, %v", got, err)
	}

	got, err := c.read(d, 5)
	t.Logf("read from offset 5 of %q: %q, %v", data, got, err)
	resp, err := c.cas.FindMissingBlobs(c.ctx, &repb.FindMissingBlobsRequest{BlobDigests: []*repb.Digest{empty}})
	t.Logf("the empty blob, never uploaded, is missing: %v, %v", len(resp.GetMissingBlobDigests()) == 1, err)
	got, err = c.read(empty, 0)
	t.Logf("read of it: %q, %v", got, err)
	_, err = c.cas.BatchReadBlobs(c.ctx, &repb.BatchReadBlobsRequest{Digests: []*repb.Digest{d}})
	t.Logf("BatchReadBlobs: %v", err)
	update, err := c.cas.BatchUpdateBlobs(c.ctx, &repb.BatchUpdateBlobsRequest{
		Requests: []*repb.BatchUpdateBlobsRequest_Request{{Digest: pb.Digest(digest.SHA256.Of([]byte("other"))), Data: data}},
	})
	t.Logf("batch upload under another blob's digest: %v, %v", update, err)
	update, err = c.cas.BatchUpdateBlobs(c.ctx, &repb.BatchUpdateBlobsRequest{
		Requests: []*repb.BatchUpdateBlobsRequest_Request{{Digest: d, Data: data}},
	})
	t.Logf("batch upload: %v, %v; the response names the blob: %v", update, err,
		update.GetResponses()[0].GetDigest() != nil)
}

func testLargeBlobs(t *testing.T, c *client) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 6<<16) // 6 MiB
	if n, err := c.write(data); err != nil || n != int64(len(data)) {
		t.Errorf("write: %d, %v, want %d", n, err, len(data))
	}
	if n, err := c.write(data); err != nil || n != int64(len(data)) {
		t.Errorf("second write: %d, %v, want %d", n, err, len(data))
	}
	if got, err := c.read(pb.Digest(digest.SHA256.Of(data)), 0); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read: %d bytes, %v", len(got), err)
	}
	n, err := c.writeEach(digest.SHA256.Of(data[:5000]), [][]byte{data[:5000], nil})
	t.Logf("write that is finished by an empty message: %d, %v", n, err)
	for _, size := range []int{4<<20 - 1024, 4 << 20} {
		big := data[1 : 1+size]
		_, err := c.cas.BatchUpdateBlobs(c.ctx, &repb.BatchUpdateBlobsRequest{
			Requests: []*repb.BatchUpdateBlobsRequest_Request{{Digest: pb.Digest(digest.SHA256.Of(big)), Data: big}},
		})
		t.Logf("a batch of %d bytes: %v", size, err)
	}
}

func testResults(t *testing.T, c *client) {
	key := pb.Digest(digest.SHA256.Of([]byte("any")))
	get := func() (*repb.ActionResult, error) {
		return c.ac.GetActionResult(c.ctx, &repb.GetActionResultRequest{
			ActionDigest:      key,
			InlineOutputFiles: []string{"out"},
		})
	}
	if _, err := get(); status.Code(err) != codes.NotFound {
		t.Errorf("an unknown action: %v, want NOT_FOUND", err)
	}
	want := &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "out", Digest: c.put([]byte("output"))}}}
	store := &repb.UpdateActionResultRequest{ActionDigest: key, ActionResult: want}
	if _, err := c.ac.UpdateActionResult(c.ctx, store); err != nil {
		t.Fatal(err)
	}
	got, err := get()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("contents are inlined when asked for: %v", len(got.GetOutputFiles()[0].GetContents()) > 0)
	got.GetOutputFiles()[0].Contents = nil
	if !proto.Equal(got, want) {
		t.Errorf("result: %v, want %v", got, want)
	}

	key = pb.Digest(digest.SHA256.Of([]byte("other")))
	absent := pb.Digest(digest.SHA256.Of([]byte(fmt.Sprint(t))))
	lost := &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "out", Digest: absent}}}
	_, err = c.ac.UpdateActionResult(c.ctx, &repb.UpdateActionResultRequest{ActionDigest: key, ActionResult: lost})
	t.Logf("storing a result whose output is absent: %v", err)
	_, err = get()
	t.Logf("getting it: %v", err)
}
