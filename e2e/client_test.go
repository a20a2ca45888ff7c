//go:build e2e && linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/protobuf/proto"

	"thinrex/e2e/internal/stage"
	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// A client speaks to a worker through nothing but the generated stubs, so that
// what it sees is the worker's doing and not that of thinrex's client.
type client struct {
	t    *testing.T
	ctx  context.Context // carries RequestMetadata
	caps repb.CapabilitiesClient
	cas  repb.ContentAddressableStorageClient
	ac   repb.ActionCacheClient
	exec repb.ExecutionClient
	bs   bspb.ByteStreamClient
}

func newClient(t *testing.T, addr string) *client {
	t.Helper()
	ctx, conn := stage.Connect(t, addr)
	return &client{
		t: t, ctx: ctx,
		caps: repb.NewCapabilitiesClient(conn), cas: repb.NewContentAddressableStorageClient(conn),
		ac: repb.NewActionCacheClient(conn), exec: repb.NewExecutionClient(conn), bs: bspb.NewByteStreamClient(conn),
	}
}

// in returns the client for a subtest.
func (c *client) in(t *testing.T) *client {
	sub := *c
	sub.t = t
	return &sub
}

// put uploads a blob in a batch.
func (c *client) put(data []byte) *repb.Digest {
	c.t.Helper()
	d := pb.Digest(digest.SHA256.Of(data))
	resp, err := c.cas.BatchUpdateBlobs(c.ctx, &repb.BatchUpdateBlobsRequest{
		Requests: []*repb.BatchUpdateBlobsRequest_Request{{Digest: d, Data: data}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if s := resp.GetResponses()[0].GetStatus(); s.GetCode() != 0 {
		c.t.Fatalf("upload of %s: %v", d, s)
	}
	return d
}

func (c *client) putMessage(m proto.Message) *repb.Digest {
	c.t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.put(data)
}

// write uploads a blob through ByteStream and returns the size that the worker
// says it has committed.
func (c *client) write(data []byte) (int64, error) {
	d := digest.SHA256.Of(data)
	return c.writeEach(d, slices.Collect(slices.Chunk(data, 1<<20)))
}

// writeEach does it in the given messages; the last one finishes the write.
func (c *client) writeEach(d digest.Digest, messages [][]byte) (int64, error) {
	stream, err := c.bs.Write(c.ctx)
	if err != nil {
		return 0, err
	}
	offset := int64(0)
	for i, data := range messages {
		err := stream.Send(&bspb.WriteRequest{
			ResourceName: fmt.Sprintf("uploads/5e0bba6e-0f6c-4cbb-8d3f-1f1e51a1ccf0/blobs/%s", d),
			WriteOffset:  offset, Data: data, FinishWrite: i+1 == len(messages),
		})
		if errors.Is(err, io.EOF) { // answered early
			break
		}
		if err != nil {
			return 0, err
		}
		offset += int64(len(data))
	}
	resp, err := stream.CloseAndRecv()
	return resp.GetCommittedSize(), err
}

// read downloads a blob through ByteStream.
func (c *client) read(d *repb.Digest, offset int64) ([]byte, error) {
	stream, err := c.bs.Read(c.ctx, &bspb.ReadRequest{
		ResourceName: fmt.Sprintf("blobs/%s/%d", d.GetHash(), d.GetSizeBytes()), ReadOffset: offset,
	})
	if err != nil {
		return nil, err
	}
	var data []byte
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		data = append(data, resp.GetData()...)
	}
}

// execute runs an action and returns all operations of the stream.
func (c *client) execute(d *repb.Digest) ([]*longrunning.Operation, error) {
	stream, err := c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: d, SkipCacheLookup: false})
	if err != nil {
		return nil, err
	}
	return operations(stream)
}

func operations(stream interface {
	Recv() (*longrunning.Operation, error)
}) ([]*longrunning.Operation, error) {
	var ops []*longrunning.Operation
	for {
		op, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return ops, nil
		}
		if err != nil {
			return ops, err
		}
		ops = append(ops, op)
	}
}

// run executes a job and returns the response in its last operation.
func (c *client) run(j job) (*repb.ExecuteResponse, *repb.Digest) {
	c.t.Helper()
	d := c.putAction(j)
	ops, err := c.execute(d)
	if err != nil {
		c.t.Fatalf("execute: %v", err)
	}
	return c.response(ops), d
}

func (c *client) response(ops []*longrunning.Operation) *repb.ExecuteResponse {
	c.t.Helper()
	if len(ops) == 0 || !ops[len(ops)-1].GetDone() {
		c.t.Fatalf("the stream ended before the operation was done: %v", ops)
	}
	resp := &repb.ExecuteResponse{}
	if err := ops[len(ops)-1].GetResponse().UnmarshalTo(resp); err != nil {
		c.t.Fatal(err)
	}
	return resp
}
