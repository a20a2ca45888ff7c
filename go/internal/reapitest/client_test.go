package reapitest_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"go.uber.org/goleak"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/pb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A client makes the API's calls directly, with SHA256.
type client struct {
	*testing.T
	ctx  context.Context
	caps repb.CapabilitiesClient
	cas  repb.ContentAddressableStorageClient
	ac   repb.ActionCacheClient
	bs   bspb.ByteStreamClient
	exec repb.ExecutionClient
}

func start(t *testing.T, o reapitest.Options) (*reapitest.Server, *client) {
	t.Helper()
	s := reapitest.StartT(t, o)
	return s, dial(t, s, plain)
}

func dial(t *testing.T, s *reapitest.Server, opts ...grpc.DialOption) *client {
	t.Helper()
	conn, err := grpc.NewClient(s.Addr(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &client{
		T:    t,
		ctx:  t.Context(),
		caps: repb.NewCapabilitiesClient(conn),
		cas:  repb.NewContentAddressableStorageClient(conn),
		ac:   repb.NewActionCacheClient(conn),
		bs:   bspb.NewByteStreamClient(conn),
		exec: repb.NewExecutionClient(conn),
	}
}

func (c *client) getCapabilities(ctx context.Context) error {
	_, err := c.caps.GetCapabilities(ctx, &repb.GetCapabilitiesRequest{})
	return err
}

// reconnect is called after connections were cut. It waits until the client has seen
// that its connection is gone, and has another one.
func (c *client) reconnect() {
	for status.Code(c.getCapabilities(c.ctx)) == codes.Unavailable {
		if c.ctx.Err() != nil {
			return
		}
	}
}

// must is for what a test doesn't expect to fail.
func must[V any](v V, err error) func(*client) V {
	return func(c *client) V {
		c.Helper()
		if err != nil {
			c.Fatal(err)
		}
		return v
	}
}

func (c *client) wantCode(err error, want codes.Code) {
	c.Helper()
	if got := status.Code(err); got != want {
		c.Errorf("code %v, want %v: %v", got, want, err)
	}
}

// upload stores blobs in one batch and returns the status of the first.
func (c *client) upload(blobs ...[]byte) error {
	c.Helper()
	req := &repb.BatchUpdateBlobsRequest{}
	for _, b := range blobs {
		one := &repb.BatchUpdateBlobsRequest_Request{Digest: pb.Digest(digest.SHA256.Of(b)), Data: b}
		req.Requests = append(req.Requests, one)
	}
	resp, err := c.cas.BatchUpdateBlobs(c.ctx, req)
	if err != nil {
		return err
	}
	return status.FromProto(resp.GetResponses()[0].GetStatus()).Err()
}

func (c *client) read(req *bspb.ReadRequest) ([]byte, error) {
	stream, err := c.bs.Read(c.ctx, req)
	if err != nil {
		return nil, err
	}
	var data []byte
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return data, nil
		} else if err != nil {
			return data, err
		}
		data = append(data, m.GetData()...)
	}
}

const uuid = "/uploads/00000000-0000-4000-8000-000000000000/"

// write uploads data in messages of at most chunk bytes.
func (c *client) write(resource string, data []byte, chunk int) (*bspb.WriteResponse, error) {
	stream, err := c.bs.Write(c.ctx)
	if err != nil {
		return nil, err
	}
	for off := 0; ; off += chunk {
		n := min(len(data)-off, chunk)
		req := &bspb.WriteRequest{
			ResourceName: resource,
			WriteOffset:  int64(off),
			Data:         data[off : off+n],
			FinishWrite:  off+n == len(data),
		}
		if err := stream.Send(req); err != nil || req.FinishWrite {
			break // CloseAndRecv has the reason
		}
	}
	return stream.CloseAndRecv()
}

// marshal returns a message's bytes and their digest.
func (c *client) marshal(m proto.Message) ([]byte, *repb.Digest) {
	c.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		c.Fatal(err)
	}
	return data, pb.Digest(digest.SHA256.Of(data))
}

// action uploads an action with the input files and returns its digest.
func (c *client) action(a *repb.Action, command *repb.Command, files ...*repb.FileNode) *repb.Digest {
	c.Helper()
	var commandBlob, rootBlob []byte
	commandBlob, a.CommandDigest = c.marshal(command)
	rootBlob, a.InputRootDigest = c.marshal(&repb.Directory{Files: files})
	actionBlob, d := c.marshal(a)
	if err := c.upload(commandBlob, rootBlob, actionBlob); err != nil {
		c.Fatal(err)
	}
	return d
}

// operations reads a stream of operations to its end.
func (c *client) operations(
	stream grpc.ServerStreamingClient[longrunningpb.Operation], err error,
) ([]*longrunningpb.Operation, error) {
	c.Helper()
	if err != nil {
		return nil, err
	}
	var ops []*longrunningpb.Operation
	for {
		op, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return ops, nil
		} else if err != nil {
			return ops, err
		}
		ops = append(ops, op)
	}
}

// response unpacks the last operation, which must be done.
func (c *client) response(ops []*longrunningpb.Operation, err error) *repb.ExecuteResponse {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
	r := &repb.ExecuteResponse{}
	if len(ops) == 0 || !ops[len(ops)-1].GetDone() {
		c.Fatalf("not done: %v", ops)
	}
	if err := ops[len(ops)-1].GetResponse().UnmarshalTo(r); err != nil {
		c.Fatal(err)
	}
	return r
}

func (c *client) execute(action *repb.Digest) *repb.ExecuteResponse {
	c.Helper()
	return c.response(c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action})))
}

func (c *client) stages(ops []*longrunningpb.Operation) (list []repb.ExecutionStage_Value) {
	c.Helper()
	for _, op := range ops {
		m := &repb.ExecuteOperationMetadata{}
		if err := op.GetMetadata().UnmarshalTo(m); err != nil {
			c.Fatal(err)
		}
		list = append(list, m.GetStage())
	}
	return list
}
