package reapitest

import (
	"context"
	"fmt"
	"path"
	"sync"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// executions is the Execution service of one life of the server. An execution outlives
// the stream that started it, but not the server.
type executions struct {
	s     *Server
	ctx   context.Context
	end   context.CancelFunc
	wg    sync.WaitGroup
	slots chan struct{}

	mu      sync.Mutex
	ops     map[string]*operation
	running map[digest.Digest]*operation // by action, so that equal actions are run once
}

func newExecutions(ctx context.Context, s *Server) *executions {
	ctx, end := context.WithCancel(ctx)
	slots := make(chan struct{}, s.opts.Slots)
	if s.opts.Unserved {
		slots = nil
	}
	return &executions{
		s:       s,
		ctx:     ctx,
		end:     end,
		slots:   slots,
		ops:     map[string]*operation{},
		running: map[digest.Digest]*operation{},
	}
}

// stop ends the executions. No further one can be started.
func (e *executions) stop() {
	e.mu.Lock()
	e.end()
	e.mu.Unlock()
	e.wg.Wait()
}

// An operation is a sequence of messages that grows until it is done.
type operation struct {
	name   string
	action digest.Digest

	mu       sync.Mutex
	stages   []repb.ExecutionStage_Value
	response *repb.ExecuteResponse // with COMPLETED
	changed  chan struct{}         // closed and made anew when stages grows
}

// advance adds a message: a stage and, with COMPLETED, the response.
func (op *operation) advance(stage repb.ExecutionStage_Value, r *repb.ExecuteResponse) {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.stages, op.response = append(op.stages, stage), r
	close(op.changed)
	op.changed = make(chan struct{})
}

func (e *executions) newOperation(instance string, action digest.Digest) *operation {
	op := &operation{action: action, changed: make(chan struct{})}
	// The name is unique across restarts: a new life must not know the old one's names.
	op.name = path.Join(instance, fmt.Sprintf("operations/%08x", e.s.lastOp.Add(1)))
	e.ops[op.name] = op
	return op
}

func (e *executions) Execute(
	req *repb.ExecuteRequest, stream grpc.ServerStreamingServer[longrunningpb.Operation],
) error {
	f, err := e.s.admit(req)
	if err != nil {
		return err
	}
	if !e.s.caps.GetExecutionCapabilities().GetExecEnabled() {
		return status.Error(codes.Unimplemented, "execution isn't offered")
	}
	action, err := parseDigest(req.GetActionDigest())
	if err != nil {
		return err
	}
	op, err := e.start(f, action, req)
	if err != nil {
		return err
	}
	return e.follow(stream.Context(), op, 0, req, stream.Send)
}

// WaitExecution continues from an operation's newest message. Nothing is inlined in
// its results, because the request can't ask for that.
func (e *executions) WaitExecution(
	req *repb.WaitExecutionRequest, stream grpc.ServerStreamingServer[longrunningpb.Operation],
) error {
	e.mu.Lock()
	op, gone := e.ops[req.GetName()], e.ctx.Err() != nil
	e.mu.Unlock()
	switch {
	case gone:
		return noScheduler
	case op == nil:
		return status.Errorf(codes.NotFound, "no operation %q", req.GetName())
	}
	op.mu.Lock()
	from := max(len(op.stages)-1, 0)
	op.mu.Unlock()
	return e.follow(stream.Context(), op, from, &repb.ExecuteRequest{}, stream.Send)
}

// follow sends an operation's messages until it is done.
func (e *executions) follow(
	ctx context.Context, op *operation, from int, want inlineRequest, send func(*longrunningpb.Operation) error,
) error {
	for {
		op.mu.Lock()
		stages, response, changed := op.stages, op.response, op.changed
		op.mu.Unlock()
		for ; from < len(stages); from++ {
			if e.ctx.Err() != nil {
				return noScheduler
			}
			m, err := e.message(op, stages[from], response, want)
			if err != nil {
				return err
			}
			if err := send(m); err != nil || m.Done {
				return err
			}
		}
		select {
		case <-changed:
		case <-e.ctx.Done():
			return noScheduler
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
}

// message returns the message that tells a stage of an operation.
func (e *executions) message(
	op *operation, stage repb.ExecutionStage_Value, response *repb.ExecuteResponse, want inlineRequest,
) (*longrunningpb.Operation, error) {
	meta, err := anypb.New(&repb.ExecuteOperationMetadata{Stage: stage, ActionDigest: pb.Digest(op.action)})
	if err != nil {
		return nil, err
	}
	m := &longrunningpb.Operation{Name: op.name, Metadata: meta}
	if stage != repb.ExecutionStage_COMPLETED {
		return m, nil
	}
	r := &repb.ExecuteResponse{
		CachedResult: response.GetCachedResult(),
		Status:       proto.CloneOf(response.GetStatus()),
		Message:      response.GetMessage(),
	}
	if response.GetResult() != nil {
		r.Result = e.s.answer(response.GetResult(), want)
	}
	e.s.tamper.response(r)
	packed, err := anypb.New(r)
	if err != nil {
		return nil, err
	}
	m.Done, m.Result = true, &longrunningpb.Operation_Response{Response: packed}
	return m, nil
}
