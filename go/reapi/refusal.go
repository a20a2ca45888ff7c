package reapi

import (
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Refusal returns the service's own message if an error of Execute is its answer
// that it can't run the action. It is not ok for errors that say something else:
// no answer in time, no permission, no room.
func (c *Client) Refusal(err error) (message string, ok bool) {
	var rpc interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &rpc) {
		return "", false
	}
	s := rpc.GRPCStatus()
	switch s.Code() {
	case codes.InvalidArgument, codes.NotFound, codes.FailedPrecondition,
		codes.Internal, codes.Unknown, codes.Aborted, codes.Unavailable:
		return s.Message(), true
	}
	return "", false
}
