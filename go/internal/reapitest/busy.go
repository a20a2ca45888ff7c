package reapitest

import (
	"cmp"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// tooManyCalls refuses a call, which counts already, if there are too many.
func (s *Server) tooManyCalls() error {
	if s.opts.MaxCalls == 0 || s.seen.underWay() <= s.opts.MaxCalls {
		return nil
	}
	return status.Error(codes.ResourceExhausted, "Concurrent RPC limit exceeded!") // in the words of gRPC for Python
}

// tooManyExecutions refuses an execution if as many as there may be are queued
// or run.
func (e *executions) tooManyExecutions() error {
	if e.s.opts.MaxExecutions == 0 || len(e.running) < e.s.opts.MaxExecutions {
		return nil
	}
	return e.s.busy("the queue is full")
}

// queueTime ends when an execution may be queued no longer.
func (s *Server) queueTime() <-chan time.Time {
	if s.opts.MaxQueueTime == 0 {
		return nil
	}
	return time.After(s.opts.MaxQueueTime)
}

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

// StopScheduler ends and forgets all executions, as when the scheduler behind a
// frontend dies. No other one is taken; cache and CAS go on.
func (s *Server) StopScheduler() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up != nil {
		s.up.executions.stop()
	}
}

// noScheduler is what a frontend says of executions after StopScheduler.
var noScheduler = status.Error(codes.Unavailable, "the scheduler can't be reached")
