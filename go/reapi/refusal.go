package reapi

import (
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A statusError is an error that holds a gRPC status.
type statusError interface {
	error
	GRPCStatus() *status.Status
}

// Refusal returns the service's own message if an error of Execute is its answer
// that it can't run the action. It is not ok for errors that say something else:
// no answer in time, no permission, no room.
func (c *Client) Refusal(err error) (message string, ok bool) {
	answer, ok := errors.AsType[statusError](err)
	if !ok {
		return "", false
	}
	s := answer.GRPCStatus()
	switch s.Code() {
	case codes.InvalidArgument, codes.NotFound, codes.FailedPrecondition,
		codes.Internal, codes.Unknown, codes.Aborted, codes.Unavailable:
		return s.Message(), true
	}
	return "", false
}
