package reapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/rpc"
)

// An operation is what is known of an execution on the service.
type operation struct {
	*executor
	name      string                    // "" until the service has told it
	stage     repb.ExecutionStage_Value // the last that the service has told
	executing time.Time                 // since when it is executed, zero for not yet
	response  *repb.ExecuteResponse
}

// follow starts an execution and follows it to its end, over as many streams as
// that takes.
func (e *executor) follow(ctx context.Context, a *action.Action, skipCache bool) (*operation, error) {
	op := &operation{executor: e}
	err := e.exec.Call(ctx, rpc.Execute, func(ctx context.Context, p *rpc.Progress) error {
		stream, err := op.openStream(ctx, a, skipCache, p)
		if err != nil {
			return err
		}
		err = op.readStream(stream, p)
		if op.name == "" && op.isTurnedAway(err) {
			return fmt.Errorf("%w: %w", rpc.ErrBusy, err)
		}
		return err
	})
	return op, err
}

// isTurnedAway reports whether an execution wasn't taken because there are so
// many. A service without a queue only says that it is unavailable when all its
// workers are busy. If it still tells us about other executions, it isn't down.
func (op *operation) isTurnedAway(err error) bool {
	return rpc.IsBusy(err) || status.Code(err) == codes.Unavailable && op.accepted.Load() > 0
}

// failure returns why there is no result. The status comes first: beside a bad
// status, exit code 0 means nothing.
func (op *operation) failure() error {
	s := status.FromProto(op.response.GetStatus())
	if s.Code() == codes.OK {
		return nil
	}
	why := errFailedExecution
	switch {
	case op.executing.IsZero() && rpc.IsBusy(s.Err()):
		why = rpc.ErrBusy
	case op.stage == repb.ExecutionStage_QUEUED:
		why = fmt.Errorf("%w: %w", why, errOnlyQueued)
	}
	return op.exec.FailureWithNote(rpc.Execute, fmt.Errorf("%w: %w", why, s.Err()), op.response.GetMessage())
}

type operationStream = grpc.ServerStreamingClient[longrunning.Operation]

// openStream starts the execution, or joins it again after its stream broke.
func (op *operation) openStream(
	ctx context.Context, a *action.Action, skipCache bool, p *rpc.Progress,
) (operationStream, error) {
	if op.name != "" {
		if op.stage == repb.ExecutionStage_UNKNOWN {
			op.limitSilence(p) // other services tell the stage at once
		}
		return op.stub.WaitExecution(ctx, &repb.WaitExecutionRequest{Name: op.name})
	}
	return op.stub.Execute(ctx, &repb.ExecuteRequest{
		InstanceName:    op.opts.Instance,
		ActionDigest:    pb.Digest(a.Digest),
		SkipCacheLookup: skipCache,
		DigestFunction:  pb.Function(op.opts.Function),
		InlineStdout:    true, // outputs are fetched when there is memory for them
		InlineStderr:    true,
	})
}

// readStream reads a stream until the execution is done.
func (op *operation) readStream(stream operationStream, p *rpc.Progress) error {
	heard := false
	defer func() {
		if heard {
			op.accepted.Add(-1)
		}
	}()
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return status.Error(codes.Unavailable, "the stream ended before the execution did")
		}
		if code := status.Code(err); op.name != "" && (code == codes.NotFound || code == codes.Unimplemented) {
			return errLost
		}
		if err != nil {
			return err
		}
		if p.Heard(); !heard {
			heard = true
			op.accepted.Add(1)
		}
		if message.GetDone() {
			return op.end(message)
		}
		op.name = message.GetName()
		var m repb.ExecuteOperationMetadata
		_ = message.GetMetadata().UnmarshalTo(&m) // without it the stage is unknown
		op.stage = m.GetStage()
		begun := op.stage != repb.ExecutionStage_QUEUED && op.stage != repb.ExecutionStage_CACHE_CHECK
		action.TellProgress(stream.Context(), begun)
		op.limitSilence(p)
	}
}

// limitSilence says how long the service may be silent now. Being queued may take
// any time. Being executed may take the action's timeout, and what a service may
// need to tell the end. A service that doesn't tell the stage (Bazel's worker) may
// be silent for as long as it ends other executions.
func (op *operation) limitSilence(p *rpc.Progress) {
	if op.stage == repb.ExecutionStage_QUEUED || op.stage == repb.ExecutionStage_CACHE_CHECK {
		p.AllowAnySilence()
		return
	}
	if op.executing.IsZero() {
		op.executing = time.Now()
	}
	limit := op.opts.ExecutionTimeout + op.opts.Timeout
	left := time.Until(op.executing.Add(limit))
	if op.stage == repb.ExecutionStage_UNKNOWN {
		p.AllowTurns(left, limit, errStuck)
	} else {
		p.AllowSilence(left, errStuck)
	}
}

// end takes the response, or the error in its place, from the last message.
func (op *operation) end(message *longrunning.Operation) error {
	if s := message.GetError(); s != nil {
		op.response = &repb.ExecuteResponse{Status: s}
		return nil
	}
	op.response = &repb.ExecuteResponse{}
	if err := message.GetResponse().UnmarshalTo(op.response); err != nil {
		return status.Errorf(codes.Internal, "the execution's response can't be read: %v", err)
	}
	return nil
}
