package reapitest

import (
	"cmp"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// tooManyCalls refuses a call if there are too many. The call is already counted.
func (s *Server) tooManyCalls() error {
	if s.opts.MaxCalls == 0 || s.seen.underWay() <= s.opts.MaxCalls {
		return nil
	}
	return status.Error(codes.ResourceExhausted, "Concurrent RPC limit exceeded!") // the text of gRPC for Python
}

// tooManyExecutions refuses an execution if the most that are allowed are queued or
// run.
func (e *executions) tooManyExecutions() error {
	if e.s.opts.MaxExecutions == 0 || len(e.running) < e.s.opts.MaxExecutions {
		return nil
	}
	return e.s.busy("the queue is full")
}

// queueTime returns a channel that fires when an execution has been queued for too
// long.
func (s *Server) queueTime() <-chan time.Time {
	if s.opts.MaxQueueTime == 0 {
		return nil
	}
	return time.After(s.opts.MaxQueueTime)
}

// busy returns the status with which a busy server refuses an execution.
func (s *Server) busy(why string) error {
	busy := status.New(cmp.Or(s.opts.BusyCode, codes.ResourceExhausted), why)
	if d := s.opts.RetryAfter; d > 0 {
		detailed, err := busy.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(d)})
		if err != nil {
			return err
		}
		busy = detailed
	}
	return busy.Err()
}

// StopScheduler ends and forgets all executions, as if the scheduler behind a frontend
// had died. Further executions are refused. The Action Cache and the CAS go on.
func (s *Server) StopScheduler() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up != nil {
		s.up.executions.stop()
	}
}

// noScheduler is the answer to executions after StopScheduler.
var noScheduler = status.Error(codes.Unavailable, "the scheduler can't be reached")
