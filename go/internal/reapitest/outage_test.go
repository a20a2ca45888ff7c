package reapitest_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"

	"thinrex/go/internal/reapitest"
)

// gated starts a server whose executions end when the gate is closed.
func gated(t *testing.T, o reapitest.Options) (s *reapitest.Server, c *client, gate chan struct{}) {
	gate = make(chan struct{})
	o.Execute = func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		select {
		case <-gate:
			return &reapitest.Result{}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s, c = start(t, o)
	return s, c, gate
}

// begin starts the execution of a new action, and returns its operation's name.
func (c *client) begin(salt string) (name string, stream grpc.ServerStreamingClient[longrunningpb.Operation]) {
	c.Helper()
	action := c.action(&repb.Action{Salt: []byte(salt)}, compile)
	stream, err := c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action})
	op := must(stream, err)(c)
	return must(op.Recv())(c).GetName(), stream
}

// ending returns the error that ends a stream, nil if it ends without one.
func ending(stream grpc.ServerStreamingClient[longrunningpb.Operation]) error {
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Executions go on while connections are reset or the server is away.
func TestExecutionsGoOn(t *testing.T) {
	for name, happen := range map[string]func(*reapitest.Server) error{
		"reset": func(s *reapitest.Server) error { s.ResetConnections(); return nil },
		"cut":   func(s *reapitest.Server) error { s.CutConnections(); return nil },
		"away":  func(s *reapitest.Server) error { _, err := s.Away(time.Millisecond); return err },
	} {
		t.Run(name, func(t *testing.T) {
			s, c, gate := gated(t, reapitest.Options{})
			operation, stream := c.begin("m")
			if err := happen(s); err != nil {
				t.Fatal(err)
			}
			c.wantCode(ending(stream), codes.Unavailable)
			close(gate)
			c.reconnect()
			r := c.response(c.operations(c.exec.WaitExecution(c.ctx, &repb.WaitExecutionRequest{Name: operation})))
			if status.FromProto(r.GetStatus()).Code() != codes.OK || len(s.Executions()) != 1 {
				t.Errorf("%v, %d executions", r, len(s.Executions()))
			}
		})
	}
}

func TestLeave(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	c.wantCode(c.getCapabilities(c.ctx), codes.OK)
	s.Leave()
	c.wantCode(c.getCapabilities(c.ctx), codes.Unavailable)
	if err := s.Return(); err != nil {
		t.Fatal(err)
	}
	c = dial(t, s, plain)
	c.wantCode(c.getCapabilities(c.ctx), codes.OK)
	s.Leave()
	s.Stop()
	if s.Return() == nil {
		t.Error("a stopped server became reachable again")
	}
}

func TestStopScheduler(t *testing.T) {
	s, c, _ := gated(t, reapitest.Options{})
	operation, stream := c.begin("m")
	s.StopScheduler()
	c.wantCode(ending(stream), codes.Unavailable)
	_, err := c.operations(c.exec.WaitExecution(c.ctx, &repb.WaitExecutionRequest{Name: operation}))
	c.wantCode(err, codes.Unavailable)
	_, err = c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: c.action(&repb.Action{}, compile)}))
	c.wantCode(err, codes.Unavailable)
	c.wantCode(c.upload([]byte("the CAS goes on")), codes.OK)
}

func TestMaxExecutions(t *testing.T) {
	for _, code := range []codes.Code{codes.OK, codes.Unavailable} {
		_, c, gate := gated(t, reapitest.Options{MaxExecutions: 2, BusyCode: code, RetryAfter: time.Second})
		_, first := c.begin("1")
		_, _ = c.begin("2")
		third := c.action(&repb.Action{Salt: []byte("3")}, compile)
		_, err := c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: third}))
		want := codes.ResourceExhausted
		if code != codes.OK {
			want = code
		}
		c.wantCode(err, want)
		details := status.Convert(err).Details()
		if len(details) != 1 || details[0].(*errdetails.RetryInfo).GetRetryDelay().AsDuration() != time.Second {
			t.Errorf("details: %v", details)
		}
		_, _ = c.begin("1") // joins the execution that runs
		close(gate)
		c.wantCode(ending(first), codes.OK)
		c.execute(third)
	}
}

func TestMaxQueueTime(t *testing.T) {
	_, c, gate := gated(t, reapitest.Options{Slots: 1, MaxQueueTime: time.Millisecond})
	defer close(gate)
	_, _ = c.begin("1")
	r := c.execute(c.action(&repb.Action{Salt: []byte("2")}, compile))
	if got := status.FromProto(r.GetStatus()).Code(); got != codes.ResourceExhausted {
		t.Errorf("code %v", got)
	}
}

func TestMaxCalls(t *testing.T) {
	_, c, gate := gated(t, reapitest.Options{MaxCalls: 1})
	_, stream := c.begin("m")
	c.wantCode(c.getCapabilities(c.ctx), codes.ResourceExhausted)
	close(gate)
	c.wantCode(ending(stream), codes.OK)
	// The client learns of the end before the server counts it.
	for status.Code(c.getCapabilities(c.ctx)) == codes.ResourceExhausted {
		if c.ctx.Err() != nil {
			t.Fatal("still too many calls")
		}
	}
}

// An old connection takes no more calls, and calls that don't end are cut.
func TestConnectionAge(t *testing.T) {
	s, c := start(t, reapitest.Options{ConnectionAge: 10 * time.Millisecond, ConnectionGrace: time.Millisecond})
	defer s.Inject(reapitest.Fault{Method: "GetCapabilities", Hang: true})()
	c.wantCode(c.getCapabilities(c.ctx), codes.Unavailable)
}
