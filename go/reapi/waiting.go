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
)

// await starts an execution and follows it to its end, over as many streams
// as that takes.
func (c *Client) await(ctx context.Context, a *action.Action, skipCache bool) (*waiting, error) {
	w := &waiting{c: c}
	err := c.exec.call(ctx, "Execute", func(ctx context.Context, p *pulse) error {
		stream, err := w.open(ctx, a, skipCache, p)
		if err != nil {
			return err
		}
		err = w.follow(stream, p)
		if errors.Is(context.Cause(ctx), errNoAnswer) && w.limited {
			return errStuck
		}
		if w.name == "" && w.isTurnedAway(err) {
			return fmt.Errorf("%w: %w", errBusy, err)
		}
		return err
	})
	return w, err
}

// waiting is what is known of one execution.
type waiting struct {
	c         *Client
	name      string                    // of the operation; "" before the service has said one
	stage     repb.ExecutionStage_Value // that the service said last
	executing time.Time                 // since when, zero for not yet
	limited   bool                      // the silence that is allowed now is an execution's
	response  *repb.ExecuteResponse
}

// isTurnedAway reports whether an execution wasn't taken because there are so
// many. A service without a queue says just that it is unavailable when all its
// workers have something to do; one of which executions are heard is there.
func (w *waiting) isTurnedAway(err error) bool {
	return isBusy(err) || status.Code(err) == codes.Unavailable && w.c.accepted.Load() > 0
}

// failure is why there is no result. The status comes first: beside a bad one,
// exit code 0 means nothing.
func (w *waiting) failure() error {
	s := status.FromProto(w.response.GetStatus())
	if s.Code() == codes.OK {
		return nil
	}
	why := errFailedExecution
	switch {
	case w.executing.IsZero() && isBusy(s.Err()):
		why = errBusy
	case w.stage == repb.ExecutionStage_QUEUED:
		why = fmt.Errorf("%w: %w", why, errOnlyQueued)
	}
	return &callError{w.c.exec.endpoint, "Execute", fmt.Errorf("%w: %w", why, s.Err()), w.response.GetMessage()}
}

type operations = grpc.ServerStreamingClient[longrunning.Operation]

// open starts the execution, or joins it again after its stream broke.
func (w *waiting) open(ctx context.Context, a *action.Action, skipCache bool, p *pulse) (operations, error) {
	w.limited = false
	if w.name != "" {
		if w.stage == repb.ExecutionStage_UNKNOWN {
			w.limit(p) // others must say the stage at once
		}
		return w.c.executor.WaitExecution(ctx, &repb.WaitExecutionRequest{Name: w.name})
	}
	return w.c.executor.Execute(ctx, &repb.ExecuteRequest{
		InstanceName: w.c.opts.Instance, ActionDigest: a.Digest.Proto(), SkipCacheLookup: skipCache,
		DigestFunction: w.c.opts.Function.Proto(),
		InlineStdout:   true, InlineStderr: true, // outputs come when there is room for them
	})
}

// follow reads a stream until the execution is done.
func (w *waiting) follow(stream operations, p *pulse) error {
	heard := false
	defer func() {
		if heard {
			w.c.accepted.Add(-1)
		}
	}()
	for {
		op, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return status.Error(codes.Unavailable, "the stream ended before the execution did")
		}
		if code := status.Code(err); w.name != "" && (code == codes.NotFound || code == codes.Unimplemented) {
			return errLost
		}
		if err != nil {
			return err
		}
		if p.heard(); !heard {
			heard = true
			w.c.accepted.Add(1)
		}
		if op.GetDone() {
			return w.end(op)
		}
		w.name = op.GetName()
		var m repb.ExecuteOperationMetadata
		_ = op.GetMetadata().UnmarshalTo(&m) // without it the stage is unknown
		w.stage = m.GetStage()
		begun := w.stage != repb.ExecutionStage_QUEUED && w.stage != repb.ExecutionStage_CACHE_CHECK
		action.TellProgress(stream.Context(), begun)
		w.limit(p)
	}
}

// limit says how long the service may be silent now. Being queued may take
// any time; being executed, no more than the action's timeout and what a
// service may need to say so. One that doesn't tell which (Bazel's worker)
// may be silent as long as it ends other executions.
func (w *waiting) limit(p *pulse) {
	if w.stage == repb.ExecutionStage_QUEUED || w.stage == repb.ExecutionStage_CACHE_CHECK {
		p.silence.Stop()
		return
	}
	if w.executing.IsZero() {
		w.executing = time.Now()
	}
	w.limited = true
	limit := w.c.opts.ExecutionTimeout + w.c.opts.Timeout
	if w.stage == repb.ExecutionStage_UNKNOWN {
		p.inTurn.Store(int64(limit))
	} else {
		p.inTurn.Store(0)
	}
	p.silence.Reset(time.Until(w.executing.Add(limit)))
}

func (w *waiting) end(op *longrunning.Operation) error {
	if s := op.GetError(); s != nil {
		w.response = &repb.ExecuteResponse{Status: s}
		return nil
	}
	w.response = &repb.ExecuteResponse{}
	if err := op.GetResponse().UnmarshalTo(w.response); err != nil {
		return status.Errorf(codes.Internal, "the execution's response can't be read: %v", err)
	}
	return nil
}
